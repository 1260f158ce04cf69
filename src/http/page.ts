import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { Hono } from 'hono'
import type { Context } from 'hono'
import type { PluginSnapshot } from '../model/snapshot.ts'
import { plainProblem } from '../model/plain-problem.ts'
import type { Problem } from '../model/problem.ts'
import { isOwnHost } from './own-host.ts'
import { pageDocument } from './page-document.ts'
import { PageFeed } from './page-feed.ts'

/** What the page is about. */
export interface PageOptions {
  readonly plugins: () => readonly PluginSnapshot[]
  /** What the server listens on; asked at each request. */
  readonly bound: () => { readonly address: string; readonly port: number; readonly host: string }
  /** Where plugins are dropped; files are shown relative to `from`. */
  readonly directory: string
  readonly from: string
}

/** The page, and the door through which it hears of changes. */
export interface Page {
  /** `GET /`, `GET /_plugbay/plugins`, `GET /_plugbay/events`; to be routed to the root. */
  readonly app: Hono
  /** Whether a path is one of its own. */
  readonly owns: (path: string) => boolean
  /** Something about a plugin may have changed. */
  readonly touch: () => void
  /** Ends what is streamed to open pages. */
  readonly close: () => void
}

const HEADERS = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** The page that lists the plugins and follows them, and the same as JSON. Reads only. */
export function page(options: PageOptions): Page {
  const feed = new PageFeed(
    () => shownPlugins(options),
    () => shownTraffic(options),
  )
  const app = new Hono()

  const own = (path: string, answer: (c: Context) => Response): void => {
    app.all(path, (c) => {
      for (const [name, value] of Object.entries(HEADERS)) c.header(name, value)
      if (!isOwnHost(c.req.header('host'), options.bound()))
        return c.text('This server answers to localhost and to its own address only.\n', 403)
      if (c.req.method === 'GET' || c.req.method === 'HEAD') return answer(c)
      return c.text('Read-only: GET or HEAD.\n', 405, { allow: 'GET, HEAD' })
    })
  }

  own('/', (c) => {
    const nonce = randomBytes(16).toString('base64')
    const source = `'nonce-${nonce}'`
    c.header(
      'content-security-policy',
      `default-src 'none'; script-src ${source}; style-src ${source}; connect-src 'self'; img-src data:; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    const plugins = [...shownPlugins(options).values()].join()
    return c.html(pageDocument(nonce, `[${plugins}]`, relative(options, options.directory)))
  })
  own('/_plugbay/plugins', (c) => c.json({ plugins: options.plugins().map(plain) }))
  own('/_plugbay/events', (c) => {
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'content-type': 'text/event-stream' })
    const stream = feed.open()
    if (!stream) return c.text('Too many open pages.\n', 503, { 'retry-after': '5' })
    return c.body(stream, 200, { 'content-type': 'text/event-stream' })
  })
  own('/_plugbay/*', (c) => c.text('There is nothing here.\n', 404))

  const owns = (path: string): boolean => path === '/' || path.startsWith('/_plugbay/')
  return { app, owns, touch: () => feed.touch(), close: () => feed.close() }
}

function shownPlugins(options: PageOptions): Map<string, string> {
  return new Map(
    options.plugins().map((plugin) => {
      const key = keyOf(plugin)
      return [key, JSON.stringify({ key, ...shownPlugin(plugin, options) })]
    }),
  )
}

/** Two folders can carry one name; one of them is invalid then. */
function keyOf({ name, directory }: PluginSnapshot): string {
  return `${name} ${directory}`
}

function shownTraffic({ plugins }: PageOptions): Map<string, string> {
  return new Map(
    plugins().flatMap((plugin) => {
      if (!plugin.http) return []
      const { requests, errors, inFlight } = plugin.http
      return [[keyOf(plugin), JSON.stringify({ requests, errors, inFlight })]]
    }),
  )
}

/** A snapshot that `JSON.stringify` can take. */
function plain(plugin: PluginSnapshot): PluginSnapshot {
  return plugin.problem ? { ...plugin, problem: plainProblem(plugin.problem) } : plugin
}

function shownPlugin(plugin: PluginSnapshot, options: PageOptions): object {
  const { name, version, state, generation, because, description, dependencies, problem, http } = plugin
  return {
    name,
    version,
    state,
    generation,
    because,
    description,
    dependencies,
    ms: Math.round(plugin.ms * 10) / 10,
    problem: problem && shownProblem(problem, options),
    routes: (http?.routes ?? []).map((route) => ({
      ...route,
      link: (route.method === 'GET' || route.method === 'ALL') && !/[:*{]/.test(route.path),
    })),
  }
}

function shownProblem(
  { severity, code, message, hint, file, line, column }: Problem,
  options: PageOptions,
): object {
  const where =
    file === undefined ? undefined : [relative(options, file), line, column].filter(Boolean).join(':')
  return { severity, code, message, hint, where }
}

function relative({ from }: PageOptions, file: string): string {
  const short = path.relative(from, file)
  return short === '' || short.startsWith('..') ? file : short
}
