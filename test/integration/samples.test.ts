import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Ajv } from 'ajv'
import { Hono } from 'hono'
import { parse } from 'jsonc-parser'
import type { Scope } from 'plugbay'
import { honoRoutes } from '#src/http/hono.js'
import { managerFor, snapshot } from '../manager.ts'
import type { TestManager } from '../manager.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import type { PluginsFolder } from '../plugin-folder.ts'
import { root } from '../readme-fences.ts'

const NAMES = [
  'analytics',
  'clock',
  'counter',
  'docs',
  'hello',
  'mischief',
  'notes',
  'search',
  'slug',
  'store',
]
const ACTIVE = NAMES.filter((name) => name !== 'mischief')

interface Config {
  plugins: { name: string; enabled?: boolean; settings?: object }[]
}

test('the samples run as they are, all but the one that is off', async (t) => {
  const { manager, get } = await start(t)
  const { active, off, problems, order } = await manager.rescan()
  assert.deepEqual([active, off, problems], [ACTIVE, ['mischief'], []])
  assert.ok(
    order.indexOf('store') < order.indexOf('notes') && order.indexOf('notes') < order.indexOf('search'),
  )
  assert.ok(order.indexOf('slug') < order.indexOf('notes'))

  assert.equal(await get('/hello'), '200 Good day, world.')
  assert.equal(await get('/hello/Ada'), '200 Good day, Ada.')
  assert.match(await get('/clock/now'), /^200 \d\d:\d\d:\d\d$/)
  assert.match(await get('/clock'), /generation 1/)
  assert.equal(await get('/counter'), '200 {"count":1,"goal":"1 %","generation":1}')
  assert.match(await get('/notes'), /<h1>Notes<\/h1>/)
  assert.equal(await get('/search?q=none'), '200 {"words":["none"],"found":[]}')
  assert.equal(await get('/mischief/throw'), '404 404 Not Found')
})

test('every sample says what it is, and fits the schema that it names', () => {
  const ajv = new Ajv({ strict: false })
  const fits = ajv.compile(schema('metadata'))
  for (const name of NAMES) {
    const metadata = readJson(join(root, 'plugins', name, 'metadata.json')) as Record<string, string>
    assert.ok(fits(metadata), `${name}: ${ajv.errorsText(fits.errors)}`)
    assert.equal(metadata['name'], name)
    assert.ok(metadata['description'], name)
    readJson(join(root, 'plugins', name, metadata['$schema']!))
  }
  const config = parse(readFileSync(join(root, 'plugins.config.json'), 'utf8')) as { $schema: string }
  assert.ok(ajv.compile(schema('plugins.config'))(config))
  readJson(join(root, config.$schema))
})

test('the counter goes on counting over an edit two modules deep', async (t) => {
  const { folder, manager, get } = await start(t)
  await get('/counter')
  await get('/counter')
  edit(folder, 'counter/percent.cjs', '} %`', '} per cent`')
  await manager.settled()
  assert.equal(await get('/counter'), '200 {"count":3,"goal":"3 per cent","generation":2}')
  assert.deepEqual(generations(manager), { counter: 2 })
})

test('a change at the head of the chain restarts the chain in order, and nothing else', async (t) => {
  const { folder, manager, get } = await start(t)
  await keep(get, 'Buy milk')
  const others = ['hello', 'clock', 'slug', 'counter'] as const
  const apis = others.map((name) => manager.api<unknown>(name))
  const before = manager.heard.states.length
  edit(folder, 'store/metadata.json', '1000', '2')
  await manager.settled()

  assert.deepEqual(generations(manager), { store: 2, notes: 2, search: 2 })
  assert.deepEqual(
    manager.heard.states
      .slice(before)
      .filter(({ to }) => to === 'stopping' || to === 'loading')
      .map(({ name, to }) => `${name} ${to}`),
    [
      'search stopping',
      'notes stopping',
      'store stopping',
      'store loading',
      'notes loading',
      'search loading',
    ],
  )
  assert.deepEqual(
    others.map((name) => manager.api<unknown>(name)),
    apis,
  )
  assert.equal(
    await get('/search?q=MILK'),
    '200 {"words":["milk"],"found":[{"id":"buy-milk","text":"Buy milk"}]}',
  )
  for (const text of ['second', 'third']) await keep(get, text)
  assert.doesNotMatch(await get('/notes/all'), /milk/, 'the new limit of two holds')
})

test('the clock streams, and its stream ends with its generation', async (t) => {
  const { manager, app } = await start(t, (config) => {
    config.plugins.push({ name: 'clock', settings: { everyMs: 10 } })
  })
  const response = await app.request('/clock/stream')
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const read = async (pattern: RegExp): Promise<void> => {
    for (let text = ''; !pattern.test(text);) {
      const { done, value } = await reader.read()
      assert.ok(!done, text)
      text += value
    }
  }
  await read(/^retry: 500\n\n/)
  await read(/(?:data: \d\d:\d\d:\d\d\n\n[^]*){3}/)
  await manager.reload('clock')
  for (let end = false; !end;) end = (await reader.read()).done
  assert.equal((await app.request('/clock/stream')).status, 200)
})

test('a reader that leaves the stream is forgotten', async (t) => {
  const { manager, app } = await start(t, (config) => {
    config.plugins.push({ name: 'clock', settings: { everyMs: 10 } })
  })
  const response = await app.request('/clock/stream')
  await response.body!.cancel()
  await manager.reload('clock')
  assert.deepEqual(manager.heard.problems, [])
})

test('notes do without slug, and are restarted when it comes and goes', async (t) => {
  const { folder, manager, get, write } = await start(t)
  await keep(get, 'Crème brûlée')
  write((config) => config.plugins.push({ name: 'slug', enabled: false }))
  await manager.settled()
  assert.equal(snapshot(manager, 'slug').state, 'off')
  await keep(get, 'Tarte Tatin')
  assert.deepEqual(JSON.parse((await get('/notes/all')).slice(4)), [
    { id: 'creme-brulee', text: 'Crème brûlée' },
    { id: 'note-2', text: 'Tarte Tatin' },
  ])
  assert.equal(await get('/slug/a'), '404 404 Not Found')
  folder.remove('slug')
  await manager.settled()
  assert.equal(manager.get('slug'), undefined)
  assert.deepEqual(generations(manager), { notes: 2, search: 2 })
})

test('the dependency of slug is its own', async (t) => {
  const { folder, get } = await start(t)
  assert.equal(await get('/slug/%C3%80%20la%20carte%21'), '200 a-la-carte')
  const elsewhere = createRequire(folder.file('hello/plugin.js'))
  assert.throws(() => elsewhere.resolve('plugbay-sample-slug'), { code: 'MODULE_NOT_FOUND' })
})

test('a watched template reloads notes, and text from outside is escaped', async (t) => {
  const { folder, manager, get } = await start(t)
  edit(folder, 'notes/views/page.html', '<h1>Notes', '<h1>My notes')
  await manager.settled()
  await keep(get, '<script>$&')
  assert.match(await get('/notes'), /<h1>My notes<\/h1>[^]*<li id="script">&lt;script&gt;\$&amp;<\/li>/)
  assert.deepEqual(generations(manager), { notes: 2, search: 2 })
})

test('H1 a form of another site: the sample takes nothing from it', async (t) => {
  const { get } = await start(t)
  const headers = { 'sec-fetch-site': 'cross-site' }
  assert.equal(await get('/notes', { method: 'POST', body: new FormData(), headers }), '403 Only from here.')
})

test('analytics counts every request, and loses none over its reloads', async (t) => {
  const { folder, manager, get } = await start(t)
  const key = { headers: { 'x-api-key': 'open-sesame' } }
  const stats = async (): Promise<{ path: string; status: number; count: number }[]> =>
    (JSON.parse((await get('/analytics/stats', key)).slice(4)) as { requests: any[] }).requests
  const count = async (path: string, status = 200): Promise<number | undefined> =>
    (await stats()).find((row) => row.path === path && row.status === status)?.count
  const refused = /^401 /
  assert.match(await get('/analytics/stats'), refused)
  assert.match(await get('/analytics/stats', { headers: { 'x-api-key': 'open' } }), refused)

  await get('/hello')
  await get('/nowhere')
  assert.deepEqual([await count('/hello'), await count('/nowhere', 404)], [1, 1])
  const asking = (async () => {
    for (let i = 0; i < 200; i += 1) await get('/hello')
  })()
  for (let i = 0; i < 5; i += 1) await manager.reload('analytics')
  edit(folder, 'analytics/metrics.ts', 'Requests that were answered.', 'Answers.')
  await manager.settled()
  await asking
  assert.equal(snapshot(manager, 'analytics').generation, 7)
  assert.equal(await count('/hello'), 201)

  const metrics = await get('/analytics/metrics')
  assert.match(metrics, /# HELP http_requests_total Answers\.$/m)
  assert.match(metrics, /^http_requests_total\{path="\/hello",method="GET",status="200"\} 201$/m)
  assert.match(metrics, /^http_requests_in_flight 1$/m)
  await manager.disable('analytics')
  assert.equal(await get('/hello'), '200 Good day, world.')
})

test('analytics counts what a handler throws as a 500', async (t) => {
  const { get } = await start(t, (config) => {
    config.plugins.find(({ name }) => name === 'mischief')!.enabled = true
  })
  assert.match(await get('/mischief/throw'), /^500 /)
  const metrics = await get('/analytics/metrics')
  assert.match(metrics, /path="\/mischief",method="GET",status="500"\} 1$/m)
})

test('docs serves pages of its template and static files; an edit of a page reloads it, one of a static file need not', async (t) => {
  const { folder, manager, get } = await start(t)
  assert.match(await get('/docs'), /^200 <!doctype html>[^]*<h1>Start<\/h1>[^]*generation 1/)
  assert.match(await get('/docs/files'), /<title>Files<\/title>/)
  assert.match(await get('/docs/nowhere'), /^404 /)
  assert.match(await get('/docs/public/style.css'), /^200 :root/)
  assert.match(await get('/docs/public/..%2fplugin.js'), /^404 /)
  edit(folder, 'docs/views/pages/start.html', '<h1>Start', '<h1>Begin')
  edit(folder, 'docs/public/style.css', ':root', ':host')
  await manager.settled()
  assert.match(await get('/docs'), /<h1>Begin<\/h1>[^]*generation 2/)
  assert.match(await get('/docs/public/style.css'), /^200 :host/)
  assert.deepEqual(generations(manager), { docs: 2 })
})

test('mischief harms nobody but itself', async (t) => {
  const { manager, get, write } = await start(t)
  write((config) => {
    config.plugins.find(({ name }) => name === 'mischief')!.enabled = true
  })
  await manager.settled()
  assert.equal(await get('/mischief/throw'), '500 Internal Server Error')
  await manager.reload('mischief')
  assert.deepEqual(manager.heard.codes(), ['ERR_PLUGIN_DISPOSE'])
  assert.match(manager.heard.problems[0]!.file!, /mischief\/plugin\.js$/)
  assert.deepEqual(generations(manager), { mischief: 2 })
  assert.equal(await get('/hello'), '200 Good day, world.')
})

test('a setting that does not fit its schema is refused with its place in the config', async (t) => {
  const { folder, manager, get } = await start(t)
  writeFileSync(
    folder.configFile,
    '{\n  "plugins": [\n    { "name": "hello", "settings": { "greeting": 5 } }\n  ]\n}\n',
  )
  await manager.settled()
  const { problem } = snapshot(manager, 'hello')
  assert.deepEqual(
    [problem?.code, problem?.file, problem?.line],
    ['ERR_PLUGIN_SETTINGS_INVALID', folder.configFile, 3],
  )
  assert.equal(await get('/hello'), '200 Good day, world.', 'the generation before goes on')
})

interface Host {
  readonly folder: PluginsFolder
  readonly manager: TestManager
  readonly app: Hono
  readonly get: (path: string, init?: RequestInit) => Promise<string>
  /** Changes the config file. */
  readonly write: (change: (config: Config) => void) => void
}

/** A copy of the samples, behind the routes that `plugbay start` gives them. */
async function start(t: TestContext, change: (config: Config) => void = () => undefined): Promise<Host> {
  const folder = pluginsFolder(t)
  cpSync(join(root, 'plugins'), folder.path, { recursive: true })
  mkdirSync(join(folder.root, 'node_modules'))
  symlinkSync(root, join(folder.root, 'node_modules', 'plugbay'))
  for (const name of ['@hono', 'prom-client'])
    symlinkSync(join(root, 'node_modules', name), join(folder.root, 'node_modules', name))
  writeFileSync(join(folder.root, 'package.json'), '{ "type": "module" }\n')
  const config = parse(readFileSync(join(root, 'plugins.config.json'), 'utf8')) as Config
  const write: Host['write'] = (changing) => {
    changing(config)
    folder.config(config)
  }
  write(change)
  assert.deepEqual(
    readdirSync(folder.path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? entry.name : [],
    ),
    NAMES,
  )

  const routes = honoRoutes({ onError: () => undefined })
  const manager = managerFor(t, folder, {
    context: (scope: Scope) => ({ http: routes.open(scope), use: routes.around(scope) }),
  })
  const app = new Hono()
  app.use('*', routes.middleware())
  app.onError((_, c) => c.text('Internal Server Error', 500))
  await manager.start()
  const get: Host['get'] = async (path, init) => {
    const response = await app.request(path, init)
    return `${response.status} ${await response.text()}`
  }
  return { folder, manager, app, get, write }
}

async function keep(get: Host['get'], text: string): Promise<void> {
  const body = new FormData()
  body.set('text', text)
  assert.match(await get('/notes', { method: 'POST', body }), /^303 /)
}

function edit(folder: PluginsFolder, path: string, from: string, to: string): void {
  const text = readFileSync(folder.file(path), 'utf8')
  assert.ok(text.includes(from), `${path} has ${from}`)
  folder.write({ [path]: text.replace(from, () => to) })
}

/** Of the plugins that did not stay at their first. */
function generations(manager: TestManager): Record<string, number> {
  const later = manager.plugins.filter(({ generation }) => generation > 1)
  return Object.fromEntries(later.map(({ name, generation }) => [name, generation]))
}

function schema(name: string): object {
  return readJson(join(root, 'schema', `${name}.schema.json`))
}

function readJson(file: string): object {
  return JSON.parse(readFileSync(file, 'utf8')) as object
}
