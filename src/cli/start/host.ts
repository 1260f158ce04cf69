import { Console } from 'node:console'
import { realpathSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { codePosition } from '../../model/code-position.ts'
import { honoRoutes } from '../../http/hono.ts'
import { bracketed, isLoopback } from '../../http/own-host.ts'
import { page } from '../../http/page.ts'
import { createPluginManager } from '../../manager.ts'
import type { PluginManager } from '../../manager.ts'
import { isPluginError } from '../../model/problem.ts'
import type { Problem } from '../../model/problem.ts'
import { ending } from './ending.ts'
import type { HostAddress, HostLog } from './host-log.ts'
import { listen } from './listen.ts'
import { openPage } from './open-page.ts'
import type { StartOptions } from '../start.ts'
import { watchdog } from './watchdog.ts'

/** How long requests that are being answered may take when the host closes, in ms. */
const LAST_ANSWERS = 10_000

/**
 * Runs plugins behind a web server until a signal comes.
 * @returns the exit code: 0 after SIGINT or SIGTERM, 1 if the server could not listen, or a plugin was not as wanted
 *   under `--strict`
 */
export async function host(options: StartOptions): Promise<number> {
  const from = process.cwd()
  const directory = path.resolve(options.dir)
  const log = await logOf(options, directory, from)

  const routes = honoRoutes({
    reserved: ['/_plugbay'],
    onError: (plugin, error, request) => {
      const { method, path } = request
      const message = error instanceof Error ? error.message : String(error)
      log.threw({ plugin, method, path, message, place: codePosition(error, foldersOf(manager, plugin)) })
    },
  })
  const manager = createPluginManager({
    directory,
    config: options.config,
    context: (scope) => ({
      http: routes.open(scope),
      use: routes.around(scope),
      get sockets() {
        return routes.sockets(scope)
      },
    }),
    log: log.plugins,
    captureUnhandled: true,
    strict: options.strict === true,
    ...(!options.watch && { watch: false }),
  })
  const overview = page({
    plugins: () => manager.plugins,
    bound: () => ({ ...bound, host: options.host }),
    directory,
    from,
  })

  let started: Promise<unknown> | undefined
  const site = new Hono()
  // The overview answers while plugins start; what they put around requests is around it, too.
  site.use('*', async (c, next) => {
    if (!overview.owns(c.req.path)) await started
    await next()
  })
  site.use('*', routes.middleware())
  site.route('/', overview.app)
  // What a plugin's handler throws has been told by now.
  site.onError((error, c) =>
    'getResponse' in error ? error.getResponse() : c.text('Internal Server Error', 500),
  )
  site.notFound((c) => c.text('No plugin answers here. GET / shows what there is.\n', 404))
  const server = createAdaptorServer({ fetch: site.fetch }) as Server

  routes.upgrade(server)
  const refusal = await listen(server, options)
  if (refusal !== undefined) {
    process.stderr.write(`${refusal}\n`)
    await manager.close()
    return 1
  }
  const bound = server.address() as AddressInfo
  const end = ending()
  const endWatchdog = watchdog(directory, from)
  manager.on('report', () => overview.touch())
  manager.on('state', () => overview.touch())
  manager.on('problem', () => overview.touch())
  const address = addressOf(options, bound)
  log.begin(manager, address)
  let closing = false
  const starting = manager.start()
  started = starting.catch(() => undefined)
  const following = starting.then((report) => {
    if (closing) return
    log.started(report)
    if (options.open) openPage(address.url, (why) => log.note(why))
  })
  try {
    const signal = await Promise.race([end.received, following.then(() => end.received)])
    log.closing(signal)
    return 0
  } catch (cause) {
    const problems = refusals(cause)
    if (!problems) throw cause
    log.refused(problems)
    return 1
  } finally {
    closing = true
    const begin = performance.now()
    const over = following.catch(() => undefined)
    const closed = new Promise((resolve) => void server.close(resolve))
    overview.close()
    await Promise.race([routes.close(), timeout(LAST_ANSWERS)])
    await manager.close()
    await over
    server.closeAllConnections()
    await closed
    log.closed(performance.now() - begin)
    endWatchdog()
    end.off()
  }
}

async function logOf({ log }: StartOptions, directory: string, from: string): Promise<HostLog> {
  if (log === 'json') {
    const { jsonLog } = await import('./json-log.ts')
    // stdout is for the events: what a plugin prints would not parse.
    globalThis.console = new Console(process.stderr)
    return jsonLog((line) => void process.stdout.write(line), directory)
  }
  const { prettyLog } = await import('./pretty-log.ts')
  const { terminal } = await import('../terminal/terminal.ts')
  return prettyLog(terminal(process.stdout, process.env), directory, from)
}

function addressOf({ host, watch }: StartOptions, { address, port }: AddressInfo): HostAddress {
  const name = address === '0.0.0.0' || address === '::' ? 'localhost' : host
  return { url: `http://${bracketed(name)}:${port}`, host, port, open: !isLoopback(address), watch }
}

/** What kept plugins from starting under `--strict`; `undefined` if that is not what was thrown. */
function refusals(cause: unknown): Problem[] | undefined {
  if (!(cause instanceof AggregateError) || !cause.errors.every(isPluginError)) return undefined
  return cause.errors.map(({ problem }) => problem)
}

function foldersOf(manager: PluginManager, plugin: string): string[] {
  const { directory } = manager.get(plugin) ?? {}
  if (directory === undefined) return []
  try {
    return [directory, realpathSync(directory)]
  } catch {
    // It was removed while it still answered.
    return [directory]
  }
}

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
