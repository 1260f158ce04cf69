import { Command, InvalidArgumentError } from 'commander'

/** What `plugbay start` is asked for. */
export interface StartOptions {
  readonly dir: string
  readonly config: string
  readonly port: number
  readonly host: string
  readonly watch: boolean
}

/** `plugbay start`. */
export function startCommand(): Command {
  return new Command('start')
    .description(
      'Runs every plugin of a folder and follows its files. Each gets a Hono router of its own as ctx.host.http, ' +
        'mounted at /<name>; GET / is a page that shows them all, GET /_plugbay/plugins the same as JSON.',
    )
    .option('--dir <folder>', 'the plugins folder', 'plugins')
    .option('--config <file>', 'which plugins are on, and their settings', 'plugins.config.json')
    .option('--port <number>', 'port to listen on; 0 takes a free one', port, 3000)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--no-watch', 'run what is there, and follow nothing')
    .addHelpText('after', '\nExample:\n  $ plugbay start --dir plugins --port 4000')
    .action(async (options: StartOptions) => {
      const { host } = await import('./host.ts')
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
