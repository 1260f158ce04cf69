import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { WebSocket } from 'ws'
import { afterwards } from '../../afterwards.ts'
import { until } from '../../manager.ts'
import { frameworks } from './frameworks.ts'
import { LIMIT, siteOn } from './site.ts'
import type { Plugin, Site } from './site.ts'

/** Greets with its edition, and echoes. */
const chat = (edition: number): Plugin => ({
  edition,
  top: `import { WebSocketServer } from 'ws'`,
  before: `
    new WebSocketServer({ server: sockets }).on('connection', (socket, request) => {
      socket.send('edition ' + edition)
      socket.on('message', (data) => socket.send(edition + ' ' + data))
      socket.on('error', () => {})
    })`,
  routes: ({ text }) => [
    text('/', '`edition ${edition}`'),
    text('/wait', '(await meet("wait"), `edition ${edition}`)'),
  ],
})

/** A client, and what it has been told. */
interface Client {
  readonly socket: WebSocket
  /** The next message; rejects when the connection ends before. */
  next(): Promise<string>
  readonly errors: Error[]
  /** The close code. */
  readonly closed: Promise<number>
}

function client(t: TestContext, site: Site, path: string): Client {
  const socket = new WebSocket(`ws://127.0.0.1:${site.port}${path}`)
  afterwards(t, () => socket.terminate())
  const messages: string[] = []
  const waiting: { resolve: (text: string) => void; reject: (cause: Error) => void }[] = []
  const errors: Error[] = []
  socket.on('message', (data) => {
    const text = (data as Buffer).toString()
    const first = waiting.shift()
    if (first) first.resolve(text)
    else messages.push(text)
  })
  socket.on('error', (error) => errors.push(error))
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      for (const { reject } of waiting) reject(new Error(`closed with ${code}: ${errors.join()}`))
      resolve(code)
    })
  })
  return {
    socket,
    errors,
    closed,
    next: async () =>
      messages.shift() ??
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
      }),
  }
}

for (const framework of frameworks) {
  test(`${framework.name}: a socket echoes, and lives through another plugin's reload`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, { plugins: { chat: chat(1), other: chat(1) } })
    const { socket, next, errors } = client(t, site, '/chat')
    assert.equal(await next(), 'edition 1')
    socket.send('hi')
    assert.equal(await next(), '1 hi')
    await site.manager.reload('other')
    await site.manager.disable('other')
    socket.send('x'.repeat(100_000))
    assert.equal(await next(), `1 ${'x'.repeat(100_000)}`)
    assert.deepEqual(errors, [])
    assert.equal(await site.text('/chat'), '200 edition 1')
  })

  test(
    `${framework.name}: a socket is ended cleanly when its plugin reloads, and comes back to the new edition`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { chat: chat(1) } })
      const first = client(t, site, '/chat')
      assert.equal(await first.next(), 'edition 1')
      site.drop('chat', chat(2))
      const begun = performance.now()
      await site.manager.settled()
      assert.ok(performance.now() - begun < 5000, 'a socket is not waited for')
      const code = await first.closed
      assert.ok([1001, 1012].includes(code), `"going away" or "service restart", not ${code}`)
      assert.deepEqual(first.errors, [])
      assert.deepEqual(site.manager.heard.codes(), [])
      const second = client(t, site, '/chat')
      assert.equal(await second.next(), 'edition 2')
      second.socket.send('hi')
      assert.equal(await second.next(), '2 hi')
      second.socket.close()
      await second.closed
      await until(
        () => site.http('chat').inFlight === 0,
        () => site.http('chat'),
      )
    },
  )

  test(`${framework.name}: an upgrade during the swap waits and gets the new edition`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, { plugins: { chat: chat(1), other: chat(1) } })
    const waiting = site.ask('/chat/wait')
    await site.meetings.arrival('wait')
    site.drop('chat', chat(2))
    const reloaded = site.manager.settled()
    await site.draining('chat')
    const late = client(t, site, '/chat')
    const soon = client(t, site, '/other')
    assert.equal(await soon.next(), 'edition 1')
    assert.equal(late.socket.readyState, WebSocket.CONNECTING)
    site.meetings.open('wait')
    assert.equal((await waiting).body, 'edition 1')
    assert.equal(await late.next(), 'edition 2')
    late.socket.send('hi')
    assert.equal(await late.next(), '2 hi')
    assert.deepEqual(late.errors, [])
    await reloaded
  })

  test(`${framework.name}: what no plugin upgrades is refused, and left to nobody`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, {
      plugins: { chat: chat(1), mute: { routes: ({ text }) => [text('/', '"mute"')] } },
    })
    for (const path of ['/nowhere', '/mute']) {
      const refused = client(t, site, path)
      await refused.closed
      assert.equal(refused.errors.length, 1, path)
    }
    await site.manager.disable('chat')
    const off = client(t, site, '/chat')
    await off.closed
    assert.match(String(off.errors[0]), /404/)
    assert.equal(await site.text('/mute'), '200 mute')
  })
}
