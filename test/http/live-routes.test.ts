import assert from 'node:assert/strict'
import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import type { Exchange, Follower } from '#src/http/exchange.js'
import { LiveRoutes } from '#src/http/live-routes.js'
import type { Entered } from '#src/http/live-routes.js'
import type { RoutesOptions } from '#src/http/routes-options.js'
import { life } from './life.js'
import type { Life } from './life.js'

class Talk implements Exchange {
  place = -1
  made = false
  endless = false
  cuts = 0
  #over = false
  #followers = new Set<Follower>()
  changed: () => void = () => undefined
  isMade(): boolean {
    return this.made
  }
  isOver(): boolean {
    return this.#over
  }
  isEndless(): boolean {
    return this.endless
  }
  follow(by: Follower): void {
    this.#followers.add(by)
  }
  ended(): void {
    this.#over = true
    for (const follower of this.#followers) follower.end(this)
  }
  watch(changed: () => void): void {
    this.changed = changed
  }
  cut(): void {
    this.cuts += 1
  }
}

const name = (entered: Entered<string>): string =>
  typeof entered === 'string' ? entered : (entered.handler ?? 'nothing')

function stage(options: RoutesOptions = {}): {
  live: LiveRoutes<string>
  start: (name: string, generation: number, prefix?: string) => Life
  ask: (path: string, talk?: Talk) => string | Promise<string>
} {
  const live = new LiveRoutes<string>(options, {
    make: ({ scope }) => `${scope.name}@${scope.generation}`,
    routes: () => [],
  })
  return {
    live,
    start(name, generation, prefix) {
      const started = life(name, generation, prefix)
      live.open(started.scope)
      return started
    },
    ask(path, talk = new Talk()) {
      const entered = live.enter(path, talk)
      return entered instanceof Promise ? entered.then(name) : name(entered)
    },
  }
}

test('a generation answers from its publish on, and no longer after its end', async () => {
  const { start, ask } = stage()
  const one = start('hello', 1)
  assert.equal(ask('/hello'), 'unknown')
  one.publish()
  assert.equal(ask('/hello'), 'hello@1')
  assert.equal(ask('/hello/deep/er'), 'hello@1')
  await one.dispose()
  assert.equal(ask('/hello'), 'unknown')
})

test('prefixes are compared by path component, and the longest wins', () => {
  const { start, ask } = stage()
  start('foo', 1).publish()
  start('deep', 1, '/foo/bar/baz').publish()
  start('slash', 1, '/with/slash/').publish()
  const answers = [
    '/foo',
    '/foobar',
    '/foo/',
    '/foo/bar',
    '/foo/bar/baz',
    '/foo/bar/bazz',
    '/foo/bar/baz/x',
    '/Foo',
  ]
  assert.deepEqual(
    answers.map((path) => ask(path)),
    ['foo@1', 'unknown', 'foo@1', 'foo@1', 'deep@1', 'foo@1', 'deep@1', 'unknown'],
  )
  assert.equal(ask('/with/slash/x'), 'slash@1')
  assert.equal(ask('/with'), 'unknown')
  assert.equal(ask('/'), 'unknown')
})

test('what arrives while a plugin is swapped waits for the next generation', async () => {
  const { start, ask } = stage()
  const one = start('hello', 1)
  const other = start('other', 1)
  one.publish()
  other.publish()
  await one.drain()
  const waiting = ask('/hello')
  assert.ok(waiting instanceof Promise)
  assert.equal(ask('/other'), 'other@1', 'another plugin is not delayed')
  await one.dispose()
  const two = start('hello', 2)
  assert.ok(ask('/hello') instanceof Promise)
  two.publish()
  assert.equal(await waiting, 'hello@2')
  assert.equal(ask('/hello'), 'hello@2')
})

test('what waits goes on to the old code after a rollback', async () => {
  const { start, ask } = stage()
  const one = start('hello', 1)
  one.publish()
  await one.drain()
  const waiting = ask('/hello')
  await one.dispose()
  const failing = start('hello', 2)
  await failing.dispose()
  await turn()
  const again = start('hello', 2)
  const late = ask('/hello')
  again.publish()
  assert.deepEqual(await Promise.all([waiting, late]), ['hello@2', 'hello@2'])
})

test('a closure switches at one instant: nothing that waited sees one of it new and one old', async () => {
  const { start, live } = stage()
  const one = [start('a', 1), start('b', 1)]
  for (const each of one) each.publish()
  await Promise.all(one.map((each) => each.drain()))
  const seen: string[][] = []
  const both = async (first: string, second: string): Promise<void> => {
    const entered = await live.enter(first, new Talk())
    const also = live.enter(second, new Talk())
    seen.push([name(entered), also instanceof Promise ? 'waits' : name(also)])
  }
  const asked = [both('/a', '/b'), both('/b', '/a')]
  for (const each of one) await each.dispose()
  const two = [start('a', 2), start('b', 2)]
  for (const each of two) each.publish()
  await Promise.all(asked)
  assert.deepEqual(
    seen.sort(([a], [b]) => a!.localeCompare(b!)),
    [
      ['a@2', 'b@2'],
      ['b@2', 'a@2'],
    ],
  )
})

test('what waits for a plugin that does not come back is unknown once the transition is over', async () => {
  const { start, ask } = stage()
  const one = start('hello', 1)
  one.publish()
  await one.drain()
  const waiting = ask('/hello')
  await one.dispose()
  assert.ok(ask('/hello') instanceof Promise, 'it may still come back')
  one.settle()
  assert.equal(await waiting, 'unknown')
  assert.equal(ask('/hello'), 'unknown')
})

test('a request waits for as long as it is told to, and is late then', async () => {
  const { start, ask } = stage({ hold: 30 })
  const one = start('hello', 1)
  one.publish()
  await one.drain()
  const begin = performance.now()
  assert.equal(await ask('/hello'), 'late')
  const took = performance.now() - begin
  assert.ok(took >= 29, `${took} ms`)
})

test('a drain waits for what is in flight, and only for that', async () => {
  const { start, live } = stage()
  const one = start('hello', 1)
  one.publish()
  const talks = [new Talk(), new Talk(), new Talk()] as const
  const generation = live.enter('/hello', talks[0])
  assert.ok(typeof generation === 'object' && !(generation instanceof Promise))
  void live.enter('/hello', talks[1])
  void live.enter('/hello', talks[2])
  assert.equal(generation.inFlight, 3)
  let drained = false
  const drain = one.drain().then(() => {
    drained = true
  })
  talks[0].ended()
  talks[0].ended()
  await turn()
  assert.equal(drained, false)
  talks[1].endless = true
  talks[1].changed()
  await turn()
  assert.equal(drained, false)
  talks[2].changed()
  await turn()
  assert.equal(drained, false)
  talks[2].made = true
  talks[2].changed()
  await drain
  assert.equal(generation.inFlight, 2, 'an event stream and a slow reader go on')
})

test('at its end a generation cuts off what it still answers, and nothing that is made', async () => {
  const { start, live } = stage()
  const one = start('hello', 1)
  one.publish()
  const [stream, slow, made] = [new Talk(), new Talk(), new Talk()]
  stream.endless = true
  for (const talk of [stream, slow, made]) void live.enter('/hello', talk)
  const drain = one.drain()
  made.made = true
  await one.dispose()
  await drain
  assert.deepEqual([stream.cuts, slow.cuts, made.cuts], [1, 1, 0])
})

test('two plugins that want one prefix: the second is refused, both are named, the first is unharmed', async () => {
  const { start, ask } = stage()
  const one = start('first', 1, '/shop')
  one.publish()
  assert.throws(
    () => start('second', 1, '/shop/'),
    /plugins first and second both want the routes under \/shop/,
  )
  assert.equal(ask('/shop'), 'first@1')
  await one.dispose()
  start('second', 1, '/shop').publish()
  assert.equal(ask('/shop'), 'second@1')
})

test('two plugins can swap their prefixes in one transition', async () => {
  const { start, ask } = stage()
  const one = [start('a', 1, '/x'), start('b', 1, '/y')]
  for (const each of one) each.publish()
  await Promise.all(one.map((each) => each.drain()))
  const waiting = [ask('/x'), ask('/y')]
  for (const each of one) await each.dispose()
  const two = [start('a', 2, '/y'), start('b', 2, '/x')]
  for (const each of two) each.publish()
  assert.deepEqual([await waiting[0], await waiting[1]], ['b@2', 'a@2'])
})

test('a plugin that moves to another prefix leaves a 404 behind', async () => {
  const { start, ask } = stage()
  const one = start('a', 1)
  one.publish()
  await one.drain()
  const waiting = ask('/a')
  await one.dispose()
  start('a', 2, '/new').publish()
  one.settle()
  assert.equal(await waiting, 'unknown')
  assert.equal(ask('/new'), 'a@2')
})

test('H24 a prefix that is malformed, or of the host: refused with what is wrong', () => {
  const { start } = stage({ reserved: ['/_plugbay'] })
  for (const prefix of ['hello', '', '//x', '/a//b', '/a/../b', '/..', '/a b', '/a?b', '/:id', '/*', '/ä'])
    assert.throws(
      () => start('p', 1, prefix),
      /the plugin p asks for the routes under .*a prefix looks like/,
      prefix,
    )
  assert.throws(() => start('p', 1, '/'), /which this host keeps for itself/)
  assert.throws(() => start('p', 1, '/_plugbay/x'), /\/_plugbay is the host's own/)
  assert.doesNotThrow(() => start('p', 1, '/_plugbayou'))
})

test('a host that says so lets a plugin have the root', () => {
  const { start, ask } = stage({ root: true })
  start('site', 1, '/').publish()
  start('shop', 1).publish()
  assert.deepEqual(
    ['/', '/x/y', '/shop/1'].map((path) => ask(path)),
    ['site@1', 'site@1', 'shop@1'],
  )
})

test('after close() nobody enters, who waits is late, and what is in flight is waited for', async () => {
  const { start, ask, live } = stage()
  const [one, two] = [start('a', 1), start('b', 1)]
  one.publish()
  two.publish()
  await two.drain()
  const talk = new Talk()
  void live.enter('/a', talk)
  const waiting = ask('/b')
  let closed = false
  const closing = live.close().then(() => {
    closed = true
  })
  assert.equal(await waiting, 'late')
  assert.equal(ask('/a'), 'late')
  await turn()
  assert.equal(closed, false)
  talk.ended()
  await closing
})

test('a client that went away while it waited reaches nobody', async () => {
  const { start, ask } = stage()
  const one = start('hello', 1)
  one.publish()
  await one.drain()
  const talk = new Talk()
  const waiting = ask('/hello', talk)
  talk.made = true
  await one.dispose()
  const two = start('hello', 2)
  two.publish()
  assert.equal(await waiting, 'late')
  talk.ended()
  assert.equal(ask('/hello', talk), 'late')
  assert.equal(two.additions().http?.inFlight, 0)
})

test('counts go on over the reloads of a plugin, and while it is off', async () => {
  const { start, ask, live } = stage()
  const one = start('hello', 1)
  assert.deepEqual(one.additions().http, {
    prefix: '/hello',
    routes: [],
    requests: 0,
    errors: 0,
    inFlight: 0,
  })
  one.publish()
  const talk = new Talk()
  const entered = live.enter('/hello', talk)
  assert.ok(typeof entered === 'object' && !(entered instanceof Promise))
  entered.failed(new Error('boom'), { method: 'GET', path: '/hello' })
  assert.deepEqual(one.additions().http, {
    prefix: '/hello',
    routes: [],
    requests: 1,
    errors: 1,
    inFlight: 1,
  })
  talk.ended()
  await one.drain()
  await one.dispose()
  one.settle()
  assert.equal(ask('/hello'), 'unknown')
  const two = start('hello', 2)
  two.publish()
  void ask('/hello')
  const { requests, errors, inFlight } = two.additions().http!
  assert.deepEqual({ requests, errors, inFlight }, { requests: 2, errors: 1, inFlight: 1 })
})

test('a host that throws where it is told of an error changes nothing', async () => {
  const { start, live } = stage({
    onError: () => {
      throw new Error("the host's own")
    },
  })
  const one = start('hello', 1)
  one.publish()
  const entered = live.enter('/hello', new Talk())
  assert.ok(typeof entered === 'object' && !(entered instanceof Promise))
  const warned = once(process, 'warning')
  entered.failed(new Error('boom'), { method: 'GET', path: '/hello' })
  assert.match(String(await warned), /the host's own/)
})

test('a generation is given its handler once, and sockets beside it or alone', () => {
  const { live, ask } = stage()
  const both = life('both')
  assert.equal(live.open(both.scope), live.open(both.scope))
  assert.equal(live.sockets(both.scope), live.sockets(both.scope))
  const alone = life('alone')
  live.sockets(alone.scope)
  both.publish()
  alone.publish()
  assert.equal(ask('/both'), 'both@1')
  assert.equal(ask('/alone'), 'nothing')
})
