import { Command } from 'commander'
import { withFolderOptions } from '../folder-options.ts'
import type { FolderOptions } from '../folder-options.ts'
import type { ToggleOptions } from './toggle.ts'

const UNASKED = { withDependencies: false, dryRun: false, force: false, json: false }

/** `plugbay enable` or `plugbay disable`. */
export function toggleCommand(enabled: boolean): Command {
  const [name, what, others] = enabled
    ? ['enable', 'on', 'what they need, through any number of plugins']
    : ['disable', 'off', 'who needs them, through any number of plugins']
  return withFolderOptions(new Command(name))
    .description(
      `Turns plugins ${what} in the config file, which is made if it is missing. Comments, order and formatting ` +
        'stay. A host that runs follows at once.',
    )
    .argument('<name...>', 'names of plugins')
    .option('--with-dependencies', `turn ${what} ${others}, too`)
    .option('--dry-run', 'print the change as a unified diff, and write nothing')
    .option('--force', 'write a name, too, that neither a folder nor the config file has yet')
    .option('--json', 'print JSON (schema/cli-toggle.schema.json)')
    .addHelpText('after', `\nExample:\n  $ plugbay ${name} search --with-dependencies`)
    .action(async (names: string[], given: Partial<ToggleOptions> & FolderOptions, command: Command) => {
      const { toggle } = await import('./toggle.ts')
      const outcome = await toggle(names, { ...UNASKED, ...given, enabled })
      if (typeof outcome === 'string') command.error(outcome, { exitCode: 2 })
      process.exitCode = outcome
    })
}
