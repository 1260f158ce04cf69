import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Pulse } from '#src/hall/pulse.js'
import { realClock } from '#src/read/real-clock.js'

interface Rig {
  readonly pulse: Pulse
  readonly looks: (string[] | undefined)[]
  readonly foreseen: string[][]
  tick(ms: number): void
}

function rig(t: TestContext, settle = 50, rescan = 0): Rig {
  const start = performance.now()
  let passed = 0
  t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate'] })
  t.mock.method(performance, 'now', () => start + passed)
  const looks: (string[] | undefined)[] = []
  const foreseen: string[][] = []
  const pulse = new Pulse({
    clock: realClock,
    settle,
    rescan,
    foresee: (folders) => foreseen.push([...folders].sort()),
    look: (folders) => looks.push(folders && [...folders].sort()),
  })
  t.after(() => pulse.close())
  const tick = (ms: number): void => {
    for (let step = 0; step < ms; step += 1) {
      passed += 1
      t.mock.timers.tick(1)
    }
  }
  return { pulse, looks, foreseen, tick }
}

test('hints are gathered until nothing came for the settle time', (t) => {
  const { pulse, looks, tick } = rig(t)
  pulse.hint(['a'])
  tick(40)
  pulse.hint(['b'])
  pulse.hint(['a'])
  tick(49)
  assert.deepEqual(looks, [])
  tick(1)
  assert.deepEqual(looks, [['a', 'b']])
  tick(1000)
  assert.equal(looks.length, 1)
})

test('a hint at everything makes it a look at everything; a hint at nothing is a look all the same', (t) => {
  const { pulse, looks, tick } = rig(t)
  pulse.hint(['a'])
  pulse.hint(undefined)
  tick(50)
  pulse.hint([])
  tick(50)
  assert.deepEqual(looks, [undefined, []])
})

test('hints that never pause are heard all the same', (t) => {
  const { pulse, looks, tick } = rig(t)
  for (let ms = 0; ms < 5000; ms += 10) {
    pulse.hint(['a'])
    tick(10)
  }
  assert.ok(looks.length >= 1 && looks.length <= 4, `${looks.length} looks`)
})

test('what was still moving is looked at again, unless a look is due anyway', (t) => {
  const { pulse, looks, tick } = rig(t)
  pulse.again(20)
  tick(20)
  assert.deepEqual(looks, [[]])
  pulse.hint(['a'])
  pulse.again(1)
  tick(49)
  assert.equal(looks.length, 1)
  tick(1)
  assert.deepEqual(looks, [[], ['a']])
})

test('everything is looked at now and then, and more often while the watcher is in trouble', (t) => {
  const { pulse, looks, tick } = rig(t, 50, 5000)
  pulse.start()
  tick(10_000)
  assert.deepEqual(looks, [undefined, undefined])
  pulse.degrade()
  tick(3000)
  assert.equal(looks.length, 5)
})

test('rescan 0 is never', (t) => {
  const { pulse, looks, tick } = rig(t)
  pulse.start()
  pulse.degrade()
  tick(60_000)
  assert.deepEqual(looks, [])
})

test('a look that is due later comes in any case, and can be taken back', (t) => {
  const { pulse, looks, tick } = rig(t)
  pulse.later(1000)
  pulse.again(20)
  tick(999)
  assert.deepEqual(looks, [[]])
  tick(1)
  assert.deepEqual(looks, [[], []])
  pulse.later(10)
  pulse.later(undefined)
  tick(100)
  assert.equal(looks.length, 2)
})

test('after close nothing comes any more', (t) => {
  const { pulse, looks, tick } = rig(t, 50, 100)
  pulse.start()
  pulse.hint(['a'])
  pulse.later(10)
  pulse.close()
  pulse.hint(['b'])
  pulse.later(10)
  pulse.again(1)
  pulse.degrade()
  tick(5000)
  assert.deepEqual(looks, [])
})

test('half of the quiet time after the last hint it is told where a look is likely to come', (t) => {
  const { pulse, looks, foreseen, tick } = rig(t)
  pulse.hint(['a'])
  tick(20)
  pulse.hint(['b'])
  tick(24)
  assert.deepEqual(foreseen, [])
  tick(1)
  assert.deepEqual(foreseen, [['a', 'b']])
  tick(24)
  assert.deepEqual(looks, [])
  tick(1)
  assert.deepEqual(looks, [['a', 'b']])
  tick(1000)
  assert.equal(foreseen.length, 1)
})

test('nothing is foreseen of folders that nobody named', (t) => {
  const waiting = rig(t)
  waiting.pulse.hint(undefined)
  waiting.pulse.hint([])
  waiting.tick(100)
  assert.deepEqual(waiting.foreseen, [])
  assert.equal(waiting.looks.length, 1)
})

test('a change of many folders is looked at, and not foreseen', (t) => {
  const { pulse, looks, foreseen, tick } = rig(t)
  const names = Array.from({ length: 17 }, (_, at) => `p${at}`)
  pulse.hint(names.slice(1))
  tick(100)
  assert.equal(foreseen.length, 1)
  pulse.hint(names)
  tick(100)
  assert.equal(foreseen.length, 1)
  assert.deepEqual(looks[1], names.toSorted())
})
