import { Command, InvalidArgumentError, Option } from 'commander'
import { withFolderOptions } from './folder-options.ts'
import type { FolderOptions } from './folder-options.ts'

/** What `plugbay start` is asked for. */
export interface StartOptions extends FolderOptions {
  readonly port: number
  readonly host: string
  readonly watch: boolean
  readonly log: 'pretty' | 'json'
  readonly strict?: boolean
  readonly open?: boolean
}

/** `plugbay start`. */
export function startCommand(): Command {
  return withFolderOptions(new Command('start'))
    .description(
      'Runs every plugin of a folder and follows its files. Each gets a Hono router of its own as ctx.host.http, ' +
        'mounted at /<name>; GET / is a page that shows them all, GET /_plugbay/plugins the same as JSON.',
    )
    .option('--port <number>', 'port to listen on; 0 takes a free one', port, 3000)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--no-watch', 'run what is there, and follow nothing')
    .option('--strict', 'close again, with exit code 1, if a plugin is not as wanted at the start')
    .option('--open', 'open the page in the browser')
    .addOption(
      new Option(
        '--log <form>',
        'json: one object a line for each event (schema/cli-start-log.schema.json); console.log of plugins goes to stderr',
      )
        .choices(['pretty', 'json'])
        .default('pretty'),
    )
    .addHelpText('after', '\nExample:\n  $ plugbay start --dir plugins --port 4000')
    .action(async (options: StartOptions) => {
      const { host } = await import('./start/host.ts')
      process.exitCode = await host(options)
      // The end comes by itself; a plugin that left something running shall not keep it from coming.
      setTimeout(() => process.exit(), 1000).unref()
    })
}

function port(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It is a number from 0 to 65535.')
  return Number(text)
}
