import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { test } from 'node:test'
import { until } from '../../manager.ts'
import { afterwards } from '../../afterwards.ts'
import { answer, begin, head } from './ask.ts'
import { frameworks } from './frameworks.ts'
import { LIMIT, siteOn } from './site.ts'
import type { Plugin } from './site.ts'
import { Wire } from './wire.ts'

const MEGABYTE = 1_000_000

const demo = (edition: number): Plugin => ({
  edition,
  routes: ({ text, json, upload, echo, options, stream }) => [
    text('/', '`edition ${edition}`'),
    text('/wait', '(await meet("wait"), `waited on ${edition}`)'),
    json('/json', '({ edition, q: query("q") })'),
    text('/who/:name', '`${param("name")} ${query("q")}`'),
    options('/who/:name', 'GET, HEAD, OPTIONS, PATCH'),
    text('/big', '"0123456789".repeat(1_000_000)'),
    stream(
      '/long',
      '(async function* () { for (let i = 0; i < 1000; i++) yield "0123456789".repeat(1000) })()',
    ),
    upload('/upload', '`${bytes} bytes on ${edition}`'),
    echo('/echo'),
  ],
})

const octets = { method: 'POST', headers: { 'content-type': 'application/octet-stream' } }

for (const framework of frameworks) {
  test(`${framework.name}: one connection is kept over many requests and a reload`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, { plugins: { demo: demo(1) } })
    const wire = await Wire.open(site.port)
    afterwards(t, () => wire.close())
    const next = async (path: string): Promise<string> => {
      wire.write(path)
      const { status, body } = await wire.answer()
      return `${status} ${body}`
    }
    for (let edition = 1; edition <= 5; edition++) {
      for (let i = 0; i < 5; i++) assert.equal(await next('/demo'), `200 edition ${edition}`)
      assert.equal(await next('/host'), '200 the host')
      assert.match(await next('/demo/none'), /^404 /)
      site.drop('demo', demo(edition + 1))
      await site.manager.settled()
    }
    await site.manager.disable('demo')
    assert.match(await next('/demo'), /^404 /)
    await site.manager.enable('demo')
    assert.equal(await next('/demo'), '200 edition 6')
  })

  test(`${framework.name}: a connection of an agent is kept, too`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, { plugins: { demo: demo(1) } })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    afterwards(t, () => agent.destroy())
    const locals = new Set<number | undefined>()
    for (let i = 0; i < 10; i++) {
      if (i === 5) await site.manager.reload('demo')
      const outgoing = begin(site.port, '/demo', { agent }).end()
      const { status } = await answer(outgoing)
      assert.equal(status, 200)
      locals.add(outgoing.socket?.localPort ?? undefined)
    }
    assert.equal(locals.size, 1)
  })

  test(
    `${framework.name}: HEAD has the head of GET and no body, OPTIONS reaches the plugin`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { demo: demo(1) } })
      const got = await site.ask('/demo/who/ann?q=1')
      const headed = await site.ask('/demo/who/ann?q=1', { method: 'HEAD' })
      assert.deepEqual([headed.status, headed.body], [200, ''])
      assert.equal(headed.headers['content-type'], got.headers['content-type'])
      const asked = await site.ask('/demo/who/ann', { method: 'OPTIONS' })
      assert.deepEqual([asked.status, asked.headers.allow], [204, 'GET, HEAD, OPTIONS, PATCH'])
      const wire = await Wire.open(site.port)
      afterwards(t, () => wire.close())
      wire.write('HEAD /demo', 'OPTIONS /demo/who/ann', '/demo')
      assert.equal((await wire.answer(true)).status, 200)
      assert.equal((await wire.answer()).status, 204)
      assert.equal((await wire.answer()).body, 'edition 1', 'nothing was written after the head')
    },
  )

  test(`${framework.name}: bodies of 10 MB go either way and both ways`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, { plugins: { demo: demo(1) } })
    const body = Buffer.alloc(10 * MEGABYTE, '0123456789')
    const counted = await site.ask('/demo/upload', { ...octets, body })
    assert.deepEqual([counted.status, counted.body], [200, '10000000 bytes on 1'])
    const chunked = begin(site.port, '/demo/upload', octets)
    const chunkedAnswer = answer(chunked)
    for (let i = 0; i < 10; i++) {
      if (!chunked.write(body.subarray(0, MEGABYTE))) await once(chunked, 'drain')
    }
    chunked.end()
    assert.equal((await chunkedAnswer).body, '10000000 bytes on 1')
    const whole = sha(body)
    assert.equal(sha((await site.ask('/demo/big')).body), whole)
    assert.equal(sha((await site.ask('/demo/long')).body), whole)
    assert.equal(sha((await site.ask('/demo/echo', { ...octets, body })).body), whole)
    await until(
      () => site.http('demo').inFlight === 0,
      () => site.http('demo'),
    )
  })

  test(`${framework.name}: pipelined requests are answered in order across a reload`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, { plugins: { demo: demo(1) } })
    const wire = await Wire.open(site.port)
    afterwards(t, () => wire.close())
    wire.write('/demo/wait', '/demo', '/host', '/demo/json?q=1')
    await site.meetings.arrival('wait')
    site.drop('demo', demo(2))
    const reloaded = site.manager.settled()
    await site.draining('demo')
    wire.write('/demo', '/host', '/demo/who/ann?q=2')
    assert.equal(await site.text('/host'), '200 the host')
    site.meetings.open('wait')
    const bodies: string[] = []
    for (let i = 0; i < 7; i++) bodies.push((await wire.answer()).body)
    assert.deepEqual(bodies, [
      'waited on 1',
      'edition 1',
      'the host',
      '{"edition":1,"q":"1"}',
      'edition 2',
      'the host',
      'ann 2',
    ])
    await reloaded
    await until(
      () => site.http('demo').inFlight === 0,
      () => site.http('demo'),
    )
  })

  test(
    `${framework.name}: a client that leaves amid pipelined requests leaves nothing in flight`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { demo: demo(1) } })
      const wire = await Wire.open(site.port)
      wire.write('/demo/wait', '/demo', '/demo/json', '/demo/wait')
      await site.meetings.arrival('wait', 2)
      wire.close()
      await until(
        () => site.http('demo').inFlight === 0,
        () => site.http('demo'),
        5000,
      )
      site.meetings.open('wait')
      assert.equal(await site.text('/demo'), '200 edition 1')
    },
  )

  test(
    `${framework.name}: encoded and unicode paths and query strings arrive as in the framework alone`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { demo: demo(1) } })
      assert.equal(await site.text('/demo/who/J%C3%B6rg?q=%F0%9F%8E%89'), '200 Jörg 🎉')
      assert.equal(await site.text('/demo/who/a%20b?q=a+b%26c'), '200 a b a b&c')
      assert.equal(await site.text('/demo/who/a%2Fb?q=/demo/who/x'), '200 a/b /demo/who/x')
      assert.equal(await site.text('/demo/json?q=%3F'), '200 {"edition":1,"q":"?"}')
      assert.equal(await site.text('/demo?q=1'), '200 edition 1')
      assert.equal(await site.text('/demo/'), '200 edition 1')
      assert.equal((await site.ask('/demo%2Fjson')).status, 404, 'an encoded slash parts no components')
      assert.equal((await site.ask('/demox')).status, 404)
      assert.equal((await site.ask('/Demo')).status, 404, 'a prefix has its case')
      assert.equal((await site.ask('//demo')).status, 404)
      for (const path of ['/demo/who/%E0%A4%A', '/demo/who/%', '/%', '/demo%'])
        assert.ok((await site.ask(path)).status < 500, `a malformed path is the client's fault: ${path}`)
      const wire = await Wire.open(site.port)
      afterwards(t, () => wire.close())
      wire.write('GET http://localhost/demo/who/ann?q=absolute')
      const { status, body } = await wire.answer()
      assert.deepEqual([status, body], [200, 'ann absolute'], 'a whole URL is allowed in a request line')
      assert.equal(await site.text('/demo'), '200 edition 1')
      await until(
        () => site.http('demo').inFlight === 0,
        () => site.http('demo'),
      )
    },
  )

  test(`${framework.name}: "Expect: 100-continue" is answered before the body`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, { plugins: { demo: demo(1) } })
    const expecting = begin(site.port, '/demo/upload', {
      method: 'POST',
      headers: { ...octets.headers, expect: '100-continue' },
    })
    const answered = answer(expecting)
    expecting.flushHeaders()
    await once(expecting, 'continue')
    expecting.end(Buffer.alloc(1000))
    assert.equal((await answered).body, '1000 bytes on 1')
  })

  test(
    `${framework.name}: an answer that began is the old edition's to its last byte, however slowly it is read`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { demo: demo(1) } })
      const incoming = await head(begin(site.port, '/demo/long').end())
      incoming.pause()
      site.drop('demo', demo(2))
      const reloaded = site.manager.settled()
      let length = 0
      for await (const piece of incoming) length += (piece as Buffer).length
      assert.equal(length, 10 * MEGABYTE)
      await reloaded
      assert.equal(await site.text('/demo'), '200 edition 2')
      assert.deepEqual(site.manager.heard.codes(), [])
    },
  )
}

function sha(body: string | Buffer): string {
  return createHash('sha1').update(body).digest('hex')
}
