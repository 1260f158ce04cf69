import { Command, Option } from 'commander'
import { withFolderOptions } from './folder-options.ts'
import type { FolderOptions } from './folder-options.ts'

export interface ListOptions extends FolderOptions {
  readonly json?: boolean
}

/** `plugbay list`. */
export function listCommand(): Command {
  return withFolderOptions(new Command('list'))
    .description(
      'Shows every plugin of a folder: its version, whether a start would run it, and because of what. Runs none of ' +
        'their code. Exit code 1 if one of them cannot run as wanted.',
    )
    .option('--json', 'print JSON (schema/cli-list.schema.json)')
    .option('--running', 'ask a running `plugbay start` instead')
    .addOption(
      new Option('--url <address>', 'where that runs')
        .default('http://127.0.0.1:3000')
        .implies({ running: true }),
    )
    .addHelpText('after', '\nExample:\n  $ plugbay list --dir plugins')
    .action(async (options: ListOptions & { readonly running?: boolean; readonly url: string }) => {
      if (options.running) {
        const { listRunning } = await import('./list/list-running.ts')
        process.exitCode = await listRunning(options.url, options)
      } else {
        const { listPlugins } = await import('./list/list-plugins.ts')
        process.exitCode = await listPlugins(options)
      }
    })
}
