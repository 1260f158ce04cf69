import { realpathSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { codePosition } from '../model/code-position.ts'
import { honoRoutes } from '../http/hono.ts'
import { bracketed, isLoopback } from '../http/own-host.ts'
import { page } from '../http/page.ts'
import { createPluginManager } from '../manager.ts'
import type { PluginManager } from '../manager.ts'
import type { PluginSnapshot, Report } from '../model/snapshot.ts'
import { changes } from './changes.ts'
import { ending } from './ending.ts'
import { listen } from './listen.ts'
import { pluginLog } from './plugin-log.ts'
import { reporter } from './report.ts'
import type { Reporter } from './report.ts'
import type { StartOptions } from './start.ts'
import { milliseconds, table } from './table.ts'
import { terminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** How long requests that are being answered may take when the host closes, in ms. */
const LAST_ANSWERS = 10_000

/**
 * Runs plugins behind a web server until a signal comes.
 * @returns the exit code: 0 after SIGINT or SIGTERM, 1 if the server could not listen
 */
export async function host(options: StartOptions): Promise<number> {
  const out = terminal(process.stdout, process.env)
  const from = process.cwd()
  const report = reporter(out, from)
  const directory = path.resolve(options.dir)

  const routes = honoRoutes({
    reserved: ['/_plugbay'],
    onError: (plugin, error, request) => {
      const place = codePosition(error, foldersOf(manager, plugin))
      report.thrown(
        plugin,
        `${request.method} ${request.path} threw: ${error instanceof Error ? error.message : String(error)}`,
        place,
      )
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
    log: pluginLog(report),
    captureUnhandled: true,
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
  manager.on('report', () => overview.touch())
  manager.on('state', () => overview.touch())
  manager.on('problem', () => overview.touch())
  let closing = false
  const starting = manager.start()
  started = starting.catch(() => undefined)
  const following = starting.then((outcome) => {
    if (closing) return undefined
    introduce(out, report, manager.plugins, outcome, path.relative(from, directory) || '.')
    invite(out, options, bound)
    return tell(manager, report, () => overview.touch())
  })
  try {
    const signal = await Promise.race([end.received, following.then(() => end.received)])
    report.line('plugbay', `${signal}: closing; once more ends it at once`, 'soft')
    return 0
  } finally {
    closing = true
    const begin = performance.now()
    const silent = following.then((stop) => stop?.()).catch(() => undefined)
    const closed = new Promise((resolve) => void server.close(resolve))
    overview.close()
    await Promise.race([routes.close(), timeout(LAST_ANSWERS)])
    await manager.close()
    await silent
    server.closeAllConnections()
    await closed
    report.line('plugbay', `closed after ${milliseconds(performance.now() - begin)} ms`, 'soft')
    end.off()
  }
}

/** What there is, and what is wrong with it. */
function introduce(
  out: Terminal,
  report: Reporter,
  plugins: readonly PluginSnapshot[],
  { problems, ms, active }: Report,
  directory: string,
): void {
  out.print(plugins.length === 0 ? `There are no plugins in ${directory} yet.` : table(plugins, out))
  out.print('')
  for (const problem of problems) report.listed(problem)
  if (problems.length > 0) out.print('')
  out.print(out.paint('soft', `${active.length} of ${plugins.length} active after ${milliseconds(ms)} ms`))
}

/** Where to look. */
function invite(out: Terminal, { host, watch }: StartOptions, { address, port }: AddressInfo): void {
  const name = address === '0.0.0.0' || address === '::' ? 'localhost' : host
  out.print(out.paint('strong', `http://${bracketed(name)}:${port}`))
  if (!isLoopback(address))
    out.print(out.paint('odd', `Open to the network (${host}): whoever reaches it sees and uses it.`))
  if (!watch) out.print(out.paint('soft', 'Not watching: a change shows after a restart.'))
  out.print('')
}

/**
 * One line for each change and each problem, from now on. Returns what stops it.
 * @param onLook told whenever something may have changed
 */
function tell(manager: PluginManager, report: Reporter, onLook: () => void): () => void {
  let shown = manager.plugins
  let between = false
  let later: NodeJS.Immediate | undefined
  const look = (): void => {
    // In the middle of a transition the states are of no interest.
    if (between) return
    const now = manager.plugins
    for (const change of changes(shown, now)) report.change(change)
    shown = now
    onLook()
  }
  const lookSoon = (): void => {
    clearImmediate(later)
    later = setImmediate(look)
  }
  const off = [
    manager.on('plan', () => {
      between = true
    }),
    manager.on('report', () => {
      between = false
      look()
    }),
    manager.on('state', lookSoon),
    manager.on('problem', (problem) => {
      report.problem(problem)
      lookSoon()
    }),
  ]
  return () => {
    clearImmediate(later)
    for (const stop of off) stop()
  }
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
