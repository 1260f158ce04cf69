import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../manager.ts'
import { answer, begin, head } from './ask.ts'
import { frameworks } from './frameworks.ts'
import { LIMIT, siteOn } from './site.ts'
import type { Plugin } from './site.ts'

const bad: Plugin = {
  routes: ({ text, throws, rejects, stream }) => [
    text('/fine', '"fine"'),
    throws('/throws'),
    rejects('/rejects'),
    stream(
      '/half',
      '(async function* () { yield "half of"; await meet("half"); throw new Error("midway") })()',
    ),
  ],
}

const slow: Plugin = {
  routes: ({ text, stream, upload, events }) => [
    text('/', '"here"'),
    text('/wait', '(await meet("wait"), "waited")'),
    stream(
      '/stream',
      '(async function* () { yield "x".repeat(10_000); await meet("stream"); yield "the rest" })()',
    ),
    upload('/upload', '`${bytes}`', 'void meet("upload")'),
    events('/events', '"first"'),
  ],
}

const octets = { method: 'POST', headers: { 'content-type': 'application/octet-stream' } }

for (const framework of frameworks) {
  test(
    `H21 a handler that throws or rejects (${framework.name}): 500, it is counted, and nothing ends`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { bad, slow } })
      for (let i = 1; i <= 3; i++) {
        assert.equal((await site.ask('/bad/throws')).status, 500)
        assert.equal((await site.ask('/bad/rejects')).status, 500)
        assert.equal(await site.text('/bad/fine'), '200 fine')
        assert.equal(site.http('bad').errors, 2 * i)
        assert.equal(site.http('bad').requests, 3 * i)
      }
      await site.manager.reload('bad')
      assert.equal((await site.ask('/bad/rejects')).status, 500)
      assert.equal(site.http('bad').errors, 7, 'a reload forgets none')
      assert.equal(site.http('slow').errors, 0)
      await until(
        () => site.http('bad').inFlight === 0,
        () => site.http('bad'),
      )
      assert.equal(site.manager.get('bad')?.state, 'active')
    },
  )

  if (framework.hostHearsErrors)
    test(
      `${framework.name}: what a handler throws goes the way of the framework, to the error handler of the host`,
      LIMIT,
      async (t) => {
        const site = await siteOn(t, framework, { plugins: { bad } })
        for (const path of ['/bad/throws', '/bad/rejects']) {
          const { status, headers } = await site.ask(path)
          assert.deepEqual([status, headers['x-heard-by']], [500, 'the host'])
        }
      },
    )

  test(
    `H21 a stream that fails midway (${framework.name}): it ends, and nothing is left in flight`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { bad } })
      const incoming = await head(begin(site.port, '/bad/half').end())
      await site.meetings.arrival('half')
      site.meetings.open('half')
      incoming.on('error', () => undefined).resume()
      await until(() => incoming.closed, 'it ends')
      await until(
        () => site.http('bad').inFlight === 0,
        () => site.http('bad'),
      )
      assert.equal(await site.text('/bad/fine'), '200 fine')
    },
  )

  test(
    `H25 clients that leave: waiting, uploading, reading (${framework.name}): nothing is left in flight`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { slow } })
      const waiting = Array.from({ length: 10 }, () => begin(site.port, '/slow/wait').end())
      const uploading = begin(site.port, '/slow/upload', octets)
      uploading.write(Buffer.alloc(100_000))
      const streaming = begin(site.port, '/slow/stream').end()
      const listening = begin(site.port, '/slow/events').end()
      const all = [...waiting, uploading, streaming, listening]
      for (const each of all) each.on('error', () => undefined)
      const heads = await Promise.all([head(streaming), head(listening)])
      for (const incoming of heads) incoming.on('error', () => undefined).resume()
      await Promise.all([
        site.meetings.arrival('wait', 10),
        site.meetings.arrival('upload'),
        site.meetings.arrival('stream'),
      ])
      assert.equal(site.http('slow').inFlight, 13)
      for (const each of all) each.destroy()
      await until(() => all.every(({ closed }) => closed), 'they are gone')
      await until(
        () => site.http('slow').inFlight === 0,
        () => site.http('slow'),
      )
      await site.manager.reload('slow')
      assert.deepEqual(site.manager.heard.codes(), [], 'nothing to drain')
      assert.equal(await site.text('/slow'), '200 here')
    },
  )

  test(`${framework.name}: that a client leaves is no error of the plugin`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, { plugins: { slow } })
    const uploading = begin(site.port, '/slow/upload', octets)
    const streaming = begin(site.port, '/slow/stream').end()
    for (const each of [uploading, streaming]) each.on('error', () => undefined)
    uploading.write(Buffer.alloc(100_000))
    const incoming = await head(streaming)
    incoming.on('error', () => undefined).resume()
    await site.meetings.arrival('upload')
    await site.meetings.arrival('stream')
    for (const each of [uploading, streaming]) each.destroy()
    await until(
      () => site.http('slow').inFlight === 0,
      () => site.http('slow'),
    )
    // What is left of the handlers goes on, and meets the end of their client.
    site.meetings.open('stream')
    await site.manager.reload('slow')
    assert.equal(await site.text('/slow'), '200 here')
    assert.deepEqual([site.http('slow').requests, site.http('slow').errors], [3, 0])
  })

  test(
    `${framework.name}: a client that reads nothing of a finished answer is not waited for, and one that leaves then costs nothing`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, {
        plugins: { big: { routes: ({ text }) => [text('/', '"x".repeat(20_000_000)')] } },
      })
      const outgoing = begin(site.port, '/big').end()
      const incoming = await head(outgoing)
      incoming.on('error', () => undefined).pause()
      await site.manager.reload('big')
      assert.deepEqual(site.manager.heard.codes(), [], 'not waited for')
      outgoing.destroy()
      await until(
        () => site.http('big').inFlight === 0,
        () => site.http('big'),
      )
      const { status, body } = await answer(begin(site.port, '/big').end())
      assert.deepEqual([status, body.length], [200, 20_000_000])
    },
  )
}
