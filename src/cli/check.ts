import { Command, InvalidArgumentError } from 'commander'
import { withFolderOptions } from './folder-options.ts'
import type { FolderOptions } from './folder-options.ts'

export interface CheckOptions extends FolderOptions {
  readonly json?: boolean
  /** Also evaluate the code. */
  readonly load?: boolean
  /** Warnings count. */
  readonly strict?: boolean
  /** For each plugin, in ms. */
  readonly timeout: number
}

/** `plugbay check`. */
export function checkCommand(): Command {
  return withFolderOptions(new Command('check'))
    .description(
      'Shows everything that is wrong with the plugins and the config, as file:line:column: code: message, with what ' +
        'to do about it. Runs none of their code, unless --load is given. Exit code 1 if there is an error.',
    )
    .argument('[name...]', 'only these plugins, and the config')
    .option('--load', 'also compile and evaluate each plugin that is on, in a process of its own')
    .option('--timeout <ms>', 'how long a plugin may take to load', milliseconds, 10_000)
    .option('--strict', 'warnings count as errors')
    .option('--json', 'print JSON (schema/cli-check.schema.json)')
    .addHelpText('after', '\nExample:\n  $ plugbay check --load --strict')
    .action(async (names: string[], options: CheckOptions, command: Command) => {
      const { checkPlugins } = await import('./check/check-plugins.ts')
      const outcome = await checkPlugins(names, options)
      if (typeof outcome === 'string') command.error(outcome, { exitCode: 2 })
      process.exitCode = outcome
    })
}

function milliseconds(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new InvalidArgumentError('It is a number of milliseconds from 1 to 9999999.')
  return Number(text)
}
