import type { Router } from 'express'
import type { Route } from '../model/snapshot.ts'

/** What both Express 4 and 5 keep of a route, a middleware or a nested router. */
export interface ExpressLayer {
  handle: ((...values: never[]) => unknown) & { readonly stack?: ExpressLayer[] }
  readonly route?: {
    readonly path: unknown
    readonly methods: Readonly<Record<string, boolean>>
    readonly stack: ExpressLayer[]
  }
}

/** The paths at which layers were mounted. Express itself keeps no more of them than a regular expression. */
const mounted = new WeakMap<ExpressLayer, unknown>()

/** The layers of a router, which Express does not count as its API, but every tool that lists routes needs. */
export function layersOf(router: Router): ExpressLayer[] {
  return router.stack as unknown as ExpressLayer[]
}

/** Remembers at which paths the routers are mounted that `router.use(path, nested)` is given. */
export function rememberMounts(router: Router): Router {
  const use = router.use.bind(router) as (...values: unknown[]) => unknown
  const layers = layersOf(router)
  router.use = (...values: unknown[]) => {
    const before = layers.length
    use(...values)
    const path = typeof values[0] === 'function' ? '/' : values[0]
    for (const layer of layers.slice(before)) mounted.set(layer, path)
    return router
  }
  return router
}

/** The routes of a router, and of those within it whose place is known. */
export function* expressRouteList(router: Router): Iterable<Route> {
  yield* routesOf(layersOf(router), '')
}

function* routesOf(layers: readonly ExpressLayer[], base: string): Iterable<Route> {
  for (const layer of layers) {
    if (layer.route) {
      for (const path of [layer.route.path].flat(5))
        for (const method of methodsOf(layer.route.methods))
          yield { method, path: joined(base, String(path)) }
    } else if (layer.handle.stack) {
      for (const path of [mountOf(layer)].flat(5))
        if (typeof path === 'string') yield* routesOf(layer.handle.stack, joined(base, path))
    }
  }
}

function mountOf(layer: ExpressLayer): unknown {
  const { rawPath, slash, regexp } = layer as {
    rawPath?: unknown
    slash?: boolean
    regexp?: { fast_slash?: boolean }
  }
  return mounted.get(layer) ?? rawPath ?? (slash || regexp?.fast_slash ? '/' : undefined)
}

function methodsOf(methods: Readonly<Record<string, boolean>>): string[] {
  if (methods['_all']) return ['ALL']
  return Object.keys(methods).map((method) => method.toUpperCase())
}

function joined(base: string, path: string): string {
  return path === '/' ? base || '/' : `${base.replace(/\/$/, '')}${path}`
}
