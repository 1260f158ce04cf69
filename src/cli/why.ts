import { Command } from 'commander'
import { withFolderOptions } from './folder-options.ts'
import type { FolderOptions } from './folder-options.ts'

export interface WhyOptions extends FolderOptions {
  readonly json?: boolean
}

/** `plugbay why`. */
export function whyCommand(): Command {
  return withFolderOptions(new Command('why'))
    .description(
      'Explains why a plugin runs, or does not: who decides that and where, who else had a say and lost, what blocks ' +
        'it, and what would change it. Exit code 1 if something is wrong with it.',
    )
    .argument('<name>', 'the name of a plugin')
    .option('--json', 'print JSON (schema/cli-why.schema.json)')
    .addHelpText('after', '\nExample:\n  $ plugbay why hello')
    .action(async (name: string, options: WhyOptions, command: Command) => {
      const { explainPlugin } = await import('./why/explain-plugin.ts')
      const outcome = await explainPlugin(name, options)
      if (typeof outcome === 'string') command.error(outcome, { exitCode: 2 })
      process.exitCode = outcome
    })
}
