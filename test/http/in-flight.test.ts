import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { Exchange } from '#src/http/exchange.js'
import { httpRoutes } from '#src/http/http.js'
import { InFlight } from '#src/http/in-flight.js'
import { until } from '../manager.js'
import { life } from './life.js'

class Talk implements Exchange {
  place = -1
  over = false
  followed = 0
  isMade(): boolean {
    return this.over
  }
  isOver(): boolean {
    return this.over
  }
  isEndless(): boolean {
    return false
  }
  follow(): void {
    this.followed += 1
  }
  watch(): void {}
  cut(): void {}
}

const kept = (talks: readonly Talk[]): number => talks.filter(({ place }) => place !== -1).length

test('of what is over, about as many are kept as go on', () => {
  const inFlight = new InFlight({ end: () => undefined })
  const all: Talk[] = []
  for (let at = 0; at < 1000; at += 1) {
    const talk = new Talk()
    all.push(talk)
    inFlight.add(talk)
    if (at >= 20) all[at - 20]!.over = true
    assert.ok(kept(all) <= 3 * 20, `kept after ${at}: ${kept(all)}`)
  }
  assert.equal(inFlight.size, 20)
  assert.equal(kept(all), 20)
  inFlight.clear()
})

test('what is over is not kept while nobody comes, and what takes long is listened to', async () => {
  const inFlight = new InFlight({ end: () => undefined })
  const [short, long] = [new Talk(), new Talk()]
  inFlight.add(short)
  inFlight.add(long)
  short.over = true
  await until(() => short.place === -1)
  assert.deepEqual([short.followed, long.followed, inFlight.size], [0, 1, 1])
  inFlight.clear()
})

test('what was taken out is not looked at again', async () => {
  const inFlight = new InFlight({ end: () => undefined })
  const talk = new Talk()
  inFlight.add(talk)
  assert.deepEqual(inFlight.clear(), [talk])
  inFlight.delete(talk)
  const other = new Talk()
  inFlight.add(other)
  await until(() => other.followed === 1)
  assert.equal(talk.followed, 0)
  inFlight.clear()
})

test('answers over HTTP/2 come to an end too', async (t) => {
  const routes = httpRoutes()
  const one = life('hello', 1)
  routes.open(one.scope).on('request', (_, response) => response.end('hi'))
  one.publish()
  const server = createServer(routes.handler() as never)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.after(async () => {
    client.close()
    server.close()
    await one.dispose()
  })
  for (let at = 0; at < 5; at += 1) {
    const stream = client.request({ ':path': '/hello' })
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    await once(stream, 'close')
    assert.equal(text, 'hi')
  }
  await until(() => one.additions().http?.inFlight === 0)
})
