import type { FastifyInstance } from 'fastify'

type Prefixed = FastifyInstance & Record<symbol, string>

/** What is known of an instance that has a prefix. */
export interface Mounted {
  /** Its author, or a plugin of Fastify's, has set a handler for what is not found, for all of it or a part. */
  hasNotFoundHandler: boolean
}

/**
 * Gives an instance a prefix, as `register(plugin, { prefix })` gives one to the instance that the plugin gets: routes,
 * `request.url` and `instance.prefix` all have it, which is what plugins of Fastify count on. Fastify itself does so only
 * for an instance that it makes while it boots, and that is too late for a `context`.
 * @throws Error if this release of Fastify keeps its prefix elsewhere
 */
export function mountFastify(instance: FastifyInstance, prefix: string): Mounted {
  const key = Object.getOwnPropertySymbols(instance).find(
    ({ description }) => description === 'fastify.routePrefix',
  )
  if (key) (instance as Prefixed)[key] = prefix
  if (!key || instance.prefix !== prefix)
    throw new Error(`Fastify ${instance.version} is not one that plugbay knows; install another release of 5`)

  // A handler for the whole instance must stay so: under the prefix, it would be one beside Fastify's own.
  const original = Reflect.get(instance, 'setNotFoundHandler') as (...values: unknown[]) => FastifyInstance
  const mounted: Mounted = { hasNotFoundHandler: false }
  instance.setNotFoundHandler = function whole(this: Prefixed, ...values: unknown[]) {
    mounted.hasNotFoundHandler = true
    const own = this[key]!
    this[key] = own === prefix ? '' : own
    try {
      return Reflect.apply(original, this, values)
    } finally {
      this[key] = own
    }
  }
  return mounted
}
