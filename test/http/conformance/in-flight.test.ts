import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { afterwards } from '../../afterwards.ts'
import { until } from '../../manager.ts'
import { answer, begin, bodyOf, head } from './ask.ts'
import { frameworks } from './frameworks.ts'
import { LIMIT, siteOn } from './site.ts'
import type { Plugin } from './site.ts'
import { Wire } from './wire.ts'

/** Says its edition at once, slowly, in pieces, after a body, and as events. */
const slow = (edition: number): Plugin => ({
  edition,
  routes: ({ text, stream, upload, events }) => [
    text('/', '`edition ${edition}`'),
    text('/wait', '(await meet("wait"), `edition ${edition}`)'),
    stream(
      '/stream',
      '(async function* () { yield `begun on ${edition},`; await meet("stream"); yield ` ended on ${edition}` })()',
    ),
    upload('/upload', '`${bytes} bytes on ${edition}`', 'void meet("upload")'),
    events('/events', '`edition ${edition}`'),
    events('/late-events', '(await meet("events"), `edition ${edition}`)'),
    text('/late-error', '(await meet("error"), missing.thing)'),
  ],
})

for (const framework of frameworks) {
  test(
    `C9 a slow handler, a stream and an upload during a reload (${framework.name}): they end on the generation that began them`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { slow: slow(1) } })
      const waiting = site.ask('/slow/wait')
      const streaming = await head(begin(site.port, '/slow/stream').end())
      const uploading = begin(site.port, '/slow/upload', {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
      })
      uploading.write(Buffer.alloc(1000))
      const uploaded = answer(uploading)
      await Promise.all(['wait', 'stream', 'upload'].map((name) => site.meetings.arrival(name)))
      assert.equal(site.http('slow').inFlight, 3)

      site.drop('slow', slow(2))
      const reloaded = site.manager.settled()
      await site.draining('slow')
      const late = site.ask('/slow')
      site.meetings.open('wait')
      const waited = await waiting
      assert.deepEqual([waited.status, waited.body], [200, 'edition 1'])
      uploading.end(Buffer.alloc(500))
      const { status, body } = await uploaded
      assert.deepEqual([status, body], [200, '1500 bytes on 1'])
      site.meetings.open('stream')
      assert.equal(await bodyOf(streaming), 'begun on 1, ended on 1')
      await reloaded
      assert.equal((await late).body, 'edition 2')
      assert.equal(site.http('slow').inFlight, 0)
      assert.deepEqual(site.manager.heard.codes(), [])
    },
  )

  test(
    `${framework.name}: an event stream does not hold a reload up; it ends cleanly, and the client comes back to the new edition`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { slow: slow(1) } })
      const first = await head(begin(site.port, '/slow/events').end())
      assert.match(String(first.headers['content-type']), /^text\/event-stream/)
      const events = bodyOf(first)
      await until(() => site.http('slow').inFlight === 1, 'an event stream is in flight')
      site.drop('slow', slow(2))
      await site.manager.settled()
      assert.match(await events, /^data: edition 1\n+$/)
      assert.ok(first.complete)
      assert.deepEqual(site.manager.heard.codes(), [])
      const second = await head(begin(site.port, '/slow/events').end())
      const [piece] = (await once(second, 'data')) as [Buffer]
      assert.match(piece.toString(), /^data: edition 2\n/)
      second.destroy()
      await until(() => site.http('slow').inFlight === 0, 'nothing is in flight')
    },
  )

  test(
    `H22 a route that still streams when its plugin goes (${framework.name}): it is drained, then ended`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, {
        plugins: { slow: slow(1) },
        manager: { timeouts: { drain: 100 } },
      })
      const waiting = site.ask('/slow/wait')
      const streaming = await head(begin(site.port, '/slow/stream').end())
      await site.meetings.arrival('wait')
      await site.meetings.arrival('stream')
      const broken = assert.rejects(bodyOf(streaming), 'half of a stream is not taken for all of it')
      site.drop('slow', slow(2))
      await site.manager.settled()
      const ended = await waiting
      assert.equal(ended.status, 503)
      assert.ok(ended.headers['retry-after'])
      await broken
      assert.deepEqual(site.manager.heard.codes('slow'), ['ERR_PLUGIN_DRAIN_TIMEOUT'])
      assert.equal(await site.text('/slow'), '200 edition 2')
      // The handlers of the old edition come to their end when nobody is there any more.
      site.meetings.open('wait')
      site.meetings.open('stream')
      assert.equal(await site.text('/slow'), '200 edition 2')
      assert.equal(await site.text('/slow/wait'), '200 edition 2')
      assert.equal(site.http('slow').inFlight, 0)
    },
  )

  test(`${framework.name}: a request to another plugin is not delayed by a swap`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, {
      plugins: { slow: slow(1), other: { routes: ({ text }) => [text('/', '"other"')] } },
    })
    const waiting = site.ask('/slow/wait')
    await site.meetings.arrival('wait')
    let reloaded = false
    const reloading = site.manager.reload('slow').then(() => (reloaded = true))
    await site.draining('slow')
    for (let i = 0; i < 20; i++) assert.equal(await site.text('/other'), '200 other')
    assert.equal(await site.text('/host'), '200 the host')
    assert.equal(reloaded, false)
    site.meetings.open('wait')
    assert.equal((await waiting).status, 200)
    await reloading
  })

  test(
    `H23 a request during a swap (${framework.name}): it waits, with its body, and never meets old code`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { slow: slow(1), other: slow(1) } })
      const waiting = site.ask('/slow/wait')
      await site.meetings.arrival('wait')
      site.drop('slow', slow(2))
      const reloaded = site.manager.settled()
      await site.draining('slow')
      let answered = 0
      const count = (): void => void (answered += 1)
      const late = [
        site.ask('/slow'),
        site.ask('/slow/wait'),
        site.ask('/slow/upload', {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: Buffer.alloc(300_000),
        }),
        site.ask('/slow', { method: 'HEAD' }),
      ]
      for (const each of late) void each.then(count, count)
      assert.equal(await site.text('/other'), '200 edition 1')
      assert.equal(answered, 0)
      site.meetings.open('wait')
      assert.equal((await waiting).body, 'edition 1')
      const bodies = (await Promise.all(late)).map(({ status, body }) => `${status} ${body}`)
      assert.deepEqual(bodies, ['200 edition 2', '200 edition 2', '200 300000 bytes on 2', '200 '])
      await reloaded
    },
  )

  test(
    `${framework.name}: after the hold limit a request gets 503 and when to try again`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { slow: slow(1) }, routes: { hold: 50 } })
      const waiting = site.ask('/slow/wait')
      await site.meetings.arrival('wait')
      const reloading = site.manager.reload('slow')
      await site.draining('slow')
      const late = await site.ask('/slow')
      assert.equal(late.status, 503)
      assert.match(String(late.headers['retry-after']), /^\d+$/)
      site.meetings.open('wait')
      assert.equal((await waiting).body, 'edition 1')
      await reloading
      assert.equal(await site.text('/slow'), '200 edition 1')
    },
  )

  test(
    `${framework.name}: a request during the swap to something that does not come back gets the answer of an unknown path`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { slow: slow(1) } })
      const waiting = site.ask('/slow/wait')
      await site.meetings.arrival('wait')
      const disabling = site.manager.disable('slow')
      await site.draining('slow')
      const late = site.ask('/slow')
      assert.equal(await site.text('/host'), '200 the host')
      site.meetings.open('wait')
      assert.equal((await waiting).body, 'edition 1')
      await disabling
      assert.equal((await late).status, 404)
    },
  )

  test(
    `H25 a client that leaves while it waits for a swap (${framework.name}): it costs nothing`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { slow: slow(1) } })
      const waiting = site.ask('/slow/wait')
      await site.meetings.arrival('wait')
      const reloading = site.manager.reload('slow')
      await site.draining('slow')
      const impatient = begin(site.port, '/slow').end()
      impatient.on('error', () => undefined)
      assert.equal(await site.text('/host'), '200 the host')
      impatient.destroy()
      await until(() => impatient.closed, 'it is gone')
      site.meetings.open('wait')
      assert.equal((await waiting).status, 200)
      await reloading
      await until(
        () => site.http('slow').inFlight === 0,
        () => site.http('slow'),
      )
      assert.equal(await site.text('/slow'), '200 edition 1')
    },
  )

  test(
    `${framework.name}: an event stream that begins while its plugin drains does not hold the reload up either`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { slow: slow(1) } })
      const listening = begin(site.port, '/slow/late-events').end()
      await site.meetings.arrival('events')
      site.drop('slow', slow(2))
      const start = performance.now()
      const reloaded = site.manager.settled()
      await site.draining('slow')
      site.meetings.open('events')
      assert.match(await bodyOf(await head(listening)), /^data: edition 1\n+$/)
      await reloaded
      assert.ok(performance.now() - start < 5000, 'within half of the drain limit')
      assert.equal(await site.text('/slow'), '200 edition 2')
    },
  )

  test(
    `H21 a handler that throws after its generation has ended (${framework.name}): it harms nobody`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, {
        plugins: { slow: slow(1), other: slow(1) },
        manager: { timeouts: { drain: 50 } },
      })
      const wire = await Wire.open(site.port)
      afterwards(t, () => wire.close())
      wire.write('/slow/late-error')
      await site.meetings.arrival('error')
      await site.manager.reload('slow')
      assert.equal((await wire.answer()).status, 503)
      wire.write('/other/wait')
      await site.meetings.arrival('wait')
      site.meetings.open('error')
      assert.equal(await site.text('/slow'), '200 edition 1')
      site.meetings.open('wait')
      assert.equal((await wire.answer()).body, 'edition 1')
    },
  )

  test(
    `C10 a request over two plugins that both reload (${framework.name}): it has both old, a later one both new`,
    LIMIT,
    async (t) => {
      const api = (edition: number): Plugin => ({ edition, api: '{ edition: () => edition }' })
      const user = (edition: number): Plugin => ({
        edition,
        metadata: { dependencies: ['api'] },
        before: `const now = () => edition + ' ' + ctx.plugin('api').edition()`,
        routes: ({ text }) => [text('/', 'now() + ", " + (await meet("user"), now())')],
      })
      const site = await siteOn(t, framework, { plugins: { api: api(1), user: user(10) } })
      const early = site.ask('/user')
      await site.meetings.arrival('user')
      site.drop('api', api(2))
      site.drop('user', user(20))
      const reloaded = site.manager.settled()
      await site.draining('user')
      const late = site.ask('/user')
      assert.equal(await site.text('/host'), '200 the host')
      site.meetings.open('user')
      assert.equal((await early).body, '10 1, 10 1')
      assert.equal((await late).body, '20 2, 20 2')
      await reloaded
    },
  )

  test(
    `${framework.name}: routes that close finish what is in flight, and tell the rest to come again`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { slow: slow(1) } })
      const waiting = site.ask('/slow/wait')
      await site.meetings.arrival('wait')
      let closed = false
      const closing = site.closeRoutes().then(() => {
        closed = true
      })
      const late = await site.ask('/slow')
      assert.equal(late.status, 503)
      assert.ok(late.headers['retry-after'])
      assert.equal(closed, false)
      site.meetings.open('wait')
      assert.equal((await waiting).body, 'edition 1')
      await closing
    },
  )
}
