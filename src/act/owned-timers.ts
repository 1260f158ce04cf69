import { promisify } from 'node:util'
import type { OwnedTimers } from './code.ts'
import type { Effects } from './effects.ts'

type Callback = (...values: unknown[]) => void

/**
 * Timers that end with the generation that set them. They behave like the global ones, `util.promisify` and
 * `timer.refresh()` included; one that is set after the end is cleared at once.
 */
export function ownedTimers(effects: Effects): OwnedTimers {
  const disown = new Map<object, () => void>()

  const own = <T extends object>(timer: T, clear: (timer: T) => void): T => {
    const forget = effects.add(() => {
      disown.delete(timer)
      clear(timer)
    })
    if (!effects.ended) disown.set(timer, forget)
    return timer
  }
  const done = (timer: unknown): void => {
    if (typeof timer !== 'object' || timer === null) return
    disown.get(timer)?.()
    disown.delete(timer)
  }

  // A timer that has fired is nobody's, until refresh() arms it again.
  function refresh(this: NodeJS.Timeout): NodeJS.Timeout {
    Object.getPrototypeOf(this).refresh.call(this)
    if (!disown.has(this)) own(this, clearTimeout)
    return this
  }
  const setOwnedTimeout = (callback: Callback, ms?: number, ...values: unknown[]): NodeJS.Timeout => {
    // oxlint-disable-next-line typescript/no-implied-eval -- Node refuses it, now and not when it is due
    if (typeof callback !== 'function') return setTimeout(callback, ms)
    const timer: NodeJS.Timeout = setTimeout(
      (...given: unknown[]) => {
        done(timer)
        callback.apply(timer, given)
      },
      ms,
      ...values,
    )
    timer.refresh = refresh
    return own(timer, clearTimeout)
  }
  const setOwnedInterval = (callback: Callback, ms?: number, ...values: unknown[]): NodeJS.Timeout =>
    own(setInterval(callback, ms, ...values), clearInterval)
  const setOwnedImmediate = (callback: Callback, ...values: unknown[]): NodeJS.Immediate => {
    // oxlint-disable-next-line typescript/no-implied-eval -- refused as well
    if (typeof callback !== 'function') return setImmediate(callback)
    const timer: NodeJS.Immediate = setImmediate(
      (...given: unknown[]) => {
        done(timer)
        callback.apply(timer, given)
      },
      ...values,
    )
    return own(timer, clearImmediate)
  }

  Object.defineProperty(setOwnedTimeout, promisify.custom, {
    value: (ms?: number, value?: unknown) =>
      new Promise((resolve) => {
        setOwnedTimeout(resolve, ms, value)
      }),
  })
  Object.defineProperty(setOwnedImmediate, promisify.custom, {
    value: (value?: unknown) =>
      new Promise((resolve) => {
        setOwnedImmediate(resolve, value)
      }),
  })

  const clearing =
    (clear: (timer: any) => void) =>
    (timer: unknown): void => {
      done(timer)
      clear(timer)
    }
  return {
    setTimeout: setOwnedTimeout as unknown as typeof setTimeout,
    setInterval: setOwnedInterval as unknown as typeof setInterval,
    setImmediate: setOwnedImmediate as unknown as typeof setImmediate,
    clearTimeout: clearing(clearTimeout),
    clearInterval: clearing(clearInterval),
    clearImmediate: clearing(clearImmediate),
  }
}
