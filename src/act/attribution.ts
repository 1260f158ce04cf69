import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Whose code runs. A token and no more: whatever a plugin starts keeps it (a pooled socket for hours), and it must
 * not keep the plugin.
 */
export interface Attribution {
  readonly name: string
  readonly generation: number
  /** Set while plugbay waits for this plugin: it must not wait for plugbay then. */
  inTransition: boolean
}

const storage = new AsyncLocalStorage<Attribution>()

const thrown = new WeakMap<object, Attribution>()

/** Who wants to know it of everything that plugins ever start. */
let keepers = 0
/** Plugins that a transition waits for. */
let waiting = 0
/** Who would rather not begin anew with what is about to be asked for again. */
let holds = 0
/** Whose code a transition called that has not returned yet: it takes no storage to know that. */
let current: Attribution | undefined

/**
 * Runs plugin code so that whatever it starts, now or later, and whatever it throws, is known to be its own, if anybody
 * wants to know: before Node 24, once that was asked for, every promise of the process costs more for good.
 */
export function attribute<T>(to: Attribution, run: () => T): T {
  if (keepers === 0 && waiting === 0) return current === undefined ? run() : runAs(to, run)
  try {
    return storage.run(to, run)
  } catch (cause) {
    if (typeof cause === 'object' && cause !== null && !thrown.has(cause)) thrown.set(cause, to)
    throw cause
  }
}

/**
 * Runs code of a plugin that a transition calls, and that has probably done what it has to do when it returns: what it
 * does later is not known to be its own, unless somebody wants to know that anyway.
 */
export function attributeCall<T>(to: Attribution, run: () => T): T {
  to.inTransition = true
  try {
    return runAs(to, () => attribute(to, run))
  } finally {
    to.inTransition = false
  }
}

function runAs<T>(to: Attribution, run: () => T): T {
  const outer = current
  current = to
  try {
    return run()
  } finally {
    current = outer
  }
}

/**
 * A transition waits for this plugin's code from now on.
 * @returns what ends that
 */
export function awaitPlugin(one: Attribution): () => void {
  one.inTransition = true
  waiting += 1
  return () => {
    if (!one.inTransition) return
    one.inTransition = false
    waiting -= 1
    forgetIfNobodyAsks()
  }
}

/**
 * Keeps the attribution of everything that plugins start from now on.
 * @returns what ends that; to be called once
 */
export function keepAttribution(): () => void {
  keepers += 1
  return () => {
    keepers -= 1
    forgetIfNobodyAsks()
  }
}

/**
 * From now on, nothing is forgotten before the end of it all: before Node 24, beginning and ending the attribution for
 * each of many plugins costs more than what it is kept for.
 * @returns what ends that; to be called once
 */
export function holdAttribution(): () => void {
  holds += 1
  return () => {
    holds -= 1
    forgetIfNobodyAsks()
  }
}

function forgetIfNobodyAsks(): void {
  if (keepers === 0 && waiting === 0 && holds === 0) storage.disable()
}

/** Whose code is running, if it is a plugin's. */
export function attribution(): Attribution | undefined {
  return storage.getStore() ?? current
}

/** Whose code threw something that nobody caught: by then, the code that called it may be the host's. */
export function attributionOf(cause: unknown): Attribution | undefined {
  return storage.getStore() ?? (typeof cause === 'object' && cause !== null ? thrown.get(cause) : undefined)
}
