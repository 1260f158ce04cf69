import type { TestContext } from 'node:test'

const known = new WeakMap<TestContext, (() => unknown)[]>()

/** Like `t.after`, but the last one given runs first, so that a manager is closed before its folder is removed. */
export function afterwards(t: TestContext, undo: () => unknown): void {
  const undos = known.get(t)
  if (undos) {
    undos.push(undo)
    return
  }
  const first = [undo]
  known.set(t, first)
  t.after(async () => {
    for (const next of first.toReversed()) await next()
  })
}
