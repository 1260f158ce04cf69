import assert from 'node:assert/strict'
import { test } from 'node:test'
import { page } from '#src/http/page.js'
import type { Page } from '#src/http/page.js'
import type { PluginSnapshot } from '#src/model/snapshot.js'
import { snapshot } from '../cli/snapshot.js'

const OWN = { headers: { host: 'localhost:3000' } }
const HTTP = {
  prefix: '/a',
  routes: [
    { method: 'GET', path: '/a' },
    { method: 'GET', path: '/a/:id' },
  ],
  requests: 7,
  errors: 2,
  inFlight: 1,
}
const NASTY = `</script><script>alert(1)</script><img src=x onerror='alert(2)'>"&\u2028`

function shown(plugins: () => readonly PluginSnapshot[]): Page {
  return page({
    plugins,
    bound: () => ({ address: '127.0.0.1', port: 3000, host: '127.0.0.1' }),
    directory: `/app/<plugins>`,
    from: '/app',
  })
}

test('H17 the page in a frame of another site: refused by its headers, which let nothing foreign in', async () => {
  const response = await shown(() => [snapshot('a')]).app.request('/', OWN)
  assert.equal(response.status, 200)
  const html = await response.text()
  const policy = response.headers.get('content-security-policy')!
  const [, nonce] = /script-src 'nonce-([^']+)'/.exec(policy)!
  assert.match(policy, /^default-src 'none';.*frame-ancestors 'none'$/)
  assert.doesNotMatch(policy, /unsafe/)
  assert.equal(html.split(`nonce="${nonce}"`).length, 3)
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
  assert.equal(response.headers.get('cache-control'), 'no-store')
  assert.deepEqual(
    [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, at]) => at!.slice(0, 20)),
    ['data:image/svg+xml,%', '/_plugbay/plugins', '/_plugbay/plugins'],
  )
  const again = await shown(() => []).app.request('/', OWN)
  assert.notEqual(again.headers.get('content-security-policy'), policy, 'a nonce is used once')
})

async function staysText(said: Partial<PluginSnapshot>): Promise<void> {
  const html = await (await shown(() => [snapshot('a', said)]).app.request('/', OWN)).text()
  assert.doesNotMatch(html, /alert\(1\)<\/script>|<img/)
  assert.match(html, /&lt;plugins&gt;/)
  assert.doesNotMatch(html, /innerHTML|outerHTML|insertAdjacentHTML|document\.write/)
  const [, json] = /id="start">(.*?)<\/script>/s.exec(html)!
  const [plugin] = (JSON.parse(json!) as { plugins: PluginSnapshot[] }).plugins
  for (const [key, value] of Object.entries(said))
    assert.deepEqual(plugin![key as keyof PluginSnapshot], value)
}

test('M29 HTML in the description of a plugin: the page shows it as text, and none of it becomes markup', () =>
  staysText({ description: NASTY }))

test('H16 markup in what a plugin says of itself: it stays text', () => {
  const problem = { code: 'ERR_PLUGIN_LOAD', severity: 'error', message: NASTY, hint: NASTY } as const
  return staysText({ because: NASTY, problem, version: NASTY })
})

test('the JSON has every snapshot with its routes; what was thrown is left out, whatever it is', async () => {
  const cycle: Record<string, unknown> = { message: 'in a circle' }
  cycle['self'] = cycle
  const withCause = (name: string, cause: unknown): PluginSnapshot =>
    snapshot(name, {
      problem: {
        code: 'ERR_PLUGIN_LOAD',
        severity: 'error',
        message: 'm',
        hint: 'h',
        file: '/app/x.js',
        cause,
      },
    })
  const hostile = {
    get message(): string {
      throw new Error('no')
    },
  }
  const plugins = [
    snapshot('a', { http: HTTP }),
    withCause('b', new Error('boom')),
    withCause('c', cycle),
    withCause('d', 10n),
    withCause('e', hostile),
    withCause('f', Symbol('s')),
    withCause('g', null),
  ]
  const response = await shown(() => plugins).app.request('/_plugbay/plugins', OWN)
  assert.match(response.headers.get('content-type')!, /^application\/json/)
  const body = (await response.json()) as { plugins: PluginSnapshot[] }
  const told = { code: 'ERR_PLUGIN_LOAD', severity: 'error', message: 'm', hint: 'h', file: '/app/x.js' }
  assert.deepEqual(
    body.plugins.map(({ problem }) => problem),
    [undefined, ...plugins.slice(1).map(() => told)],
  )
  assert.deepEqual(body.plugins[0]!.http, HTTP)
  assert.equal(body.plugins[0]!.name, 'a')
  assert.equal(body.plugins[0]!.directory, '/app/plugins/a')
})

test('H9 any method but GET and HEAD: 405 with Allow, as the page and its JSON only read', async () => {
  const { app } = shown(() => [])
  for (const path of ['/', '/_plugbay/plugins', '/_plugbay/events', '/_plugbay/x'])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await app.request(path, { ...OWN, method })
      assert.equal(response.status, 405, `${method} ${path}`)
      assert.equal(response.headers.get('allow'), 'GET, HEAD')
    }
  for (const path of ['/', '/_plugbay/plugins', '/_plugbay/events'])
    assert.equal((await app.request(path, { ...OWN, method: 'HEAD' })).status, 200)
})

test('H2 the name of another site for this address (DNS rebinding): 403', async () => {
  const { app } = shown(() => [])
  for (const path of ['/', '/_plugbay/plugins', '/_plugbay/events', '/_plugbay/x']) {
    const response = await app.request(path, { headers: { host: 'evil.test:3000' } })
    assert.equal(response.status, 403, path)
  }
})

test('an open page hears what changed, and only that; and the end', async () => {
  let plugins = [snapshot('a', { http: HTTP }), snapshot('b')]
  const { app, touch, close } = shown(() => plugins)
  const response = await app.request('/_plugbay/events', OWN)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const next = async (): Promise<{
    event: string
    plugins: { key: string; name: string; state: string; routes: object[] }[]
    gone?: string[]
  }> => {
    const [, event, data] = /event: (all|change)\ndata: (.*)\n\n/.exec((await reader.read()).value!)!
    return { event: event!, ...(JSON.parse(data!) as { plugins: [] }) }
  }
  const all = await next()
  assert.equal(all.event, 'all')
  assert.deepEqual(
    all.plugins.map(({ name }) => name),
    ['a', 'b'],
  )
  assert.deepEqual(all.plugins[0]!.routes, [
    { method: 'GET', path: '/a', link: true },
    { method: 'GET', path: '/a/:id', link: false },
  ])
  touch()
  plugins = [snapshot('a', { state: 'off' }), snapshot('b')]
  touch()
  const change = await next()
  assert.deepEqual(
    change.plugins.map(({ name, state }) => `${name} ${state}`),
    ['a off'],
  )
  assert.deepEqual(change.gone, [])
  plugins = [snapshot('b')]
  touch()
  assert.deepEqual((await next()).gone, [all.plugins[0]!.key])
  close()
  assert.deepEqual(await reader.read(), { done: true, value: undefined })
  assert.equal((await app.request('/_plugbay/events', OWN)).status, 503)
})

test('H14 an event stream that begins anew: it starts with everything that is there', async () => {
  let plugins = [snapshot('a')]
  const { app, close } = shown(() => plugins)
  const open = async (): Promise<ReadableStreamDefaultReader<string>> =>
    (await app.request('/_plugbay/events', OWN)).body!.pipeThrough(new TextDecoderStream()).getReader()
  const first = await open()
  assert.match((await first.read()).value!, /"generation":1/)
  plugins = [snapshot('a', { generation: 2 })]
  const second = await open()
  assert.match((await second.read()).value!, /event: all[^]*"generation":2/)
  assert.match((await first.read()).value!, /event: change[^]*"generation":2/)
  close()
})

test('H12 more open pages than there is room for: 503 with Retry-After', async () => {
  let generation = 0
  const { app, touch, close } = shown(() => [snapshot('a', { generation, description: 'x'.repeat(300_000) })])
  const open = (): Response | Promise<Response> => app.request('/_plugbay/events', OWN)
  const stuck = await open()
  const reading = (await open()).body!.pipeThrough(new TextDecoderStream()).getReader()
  await reading.read()
  for (let i = 0; i < 30; i += 1) void (await open()).body!.pipeTo(new WritableStream())
  let answer = await open()
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('retry-after'), '5')
  while (generation < 10 && answer.status === 503) {
    generation += 1
    touch()
    await reading.read()
    answer = await open()
  }
  assert.equal(answer.status, 200, 'there is room again')
  assert.ok(generation > 1, 'a short lag is no reason')
  await stuck.body!.cancel()
  close()
})

test('an open page hears the counts of each plugin as they change, apart from the news', async (t) => {
  // Telling counts keeps no process alive.
  const alive = setInterval(() => undefined, 1000)
  t.after(() => clearInterval(alive))
  let requests = 7
  let look = (): void => undefined
  const { app, close } = shown(() => {
    look()
    return [snapshot('a', { http: { ...HTTP, requests } }), snapshot('b')]
  })
  const response = await app.request('/_plugbay/events', OWN)
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  const traffic = async (): Promise<unknown> => {
    const [, data] = /event: traffic\ndata: (.*)\n\n/.exec((await reader.read()).value!)!
    return JSON.parse(data!)
  }
  const key = 'a /app/plugins/a'
  assert.deepEqual(await traffic(), { [key]: { requests: 7, errors: 2, inFlight: 1 } })
  // A look at what has not changed tells nothing.
  await new Promise<void>((resolve) => {
    look = resolve
  })
  requests = 8
  assert.deepEqual(await traffic(), { [key]: { requests: 8, errors: 2, inFlight: 1 } })
  close()
})
