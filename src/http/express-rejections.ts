import type { Router } from 'express'
import { layersOf } from './express-route-list.ts'
import type { ExpressLayer } from './express-route-list.ts'

type Handle = (...values: any[]) => unknown

/** Lists of layers that are heeded. */
const known = new WeakSet<readonly ExpressLayer[]>()

/**
 * Makes what an async handler rejects with go to `next(error)`, as Express 5 does it by itself. Express 4 lets it go, and
 * that ends the process. Only this router and what is mounted in it are touched, never Express.
 */
export function forwardRejections(router: Router): Router {
  heedLayers(layersOf(router))
  const param = router.param.bind(router) as Handle
  router.param = (name: string, handle: Handle) => {
    param(name, typeof handle === 'function' ? heeded(handle) : handle)
    return router
  }
  return router
}

/** Those that are there, and those that will be. */
function heedLayers(layers: ExpressLayer[]): void {
  if (known.has(layers)) return
  known.add(layers)
  for (const layer of layers) heedLayer(layer)
  const push = (...added: ExpressLayer[]): number => {
    for (const layer of added) heedLayer(layer)
    return Array.prototype.push.apply(layers, added)
  }
  Object.defineProperty(layers, 'push', { value: push })
}

function heedLayer(layer: ExpressLayer): void {
  const inner = layer.route?.stack ?? layer.handle.stack
  if (inner) heedLayers(inner)
  else layer.handle = heeded(layer.handle)
}

function heeded<H extends Handle>(handle: H): H {
  const heeding = function heeding(this: unknown, ...values: unknown[]): unknown {
    const result: unknown = Reflect.apply(handle, this, values)
    if (isThenable(result)) {
      // (error, request, response, next), or (request, response, next) and for a parameter what it is.
      const next = values[values.length === 4 ? 3 : 2] as (error: unknown) => void
      result.then(undefined, (error: unknown) => next(error ?? new Error('Rejected promise')))
    }
    return result
  }
  // Express knows its error handlers by the number of their parameters.
  return Object.defineProperty(heeding, 'length', { value: handle.length }) as unknown as H
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
