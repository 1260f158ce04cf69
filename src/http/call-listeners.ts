import type { Server } from 'node:http'

/**
 * Calls the listeners of a server as it would itself, and is told of what they throw, or reject with.
 * @returns whether there are any
 */
export function callListeners(
  server: Server,
  event: 'request' | 'upgrade',
  values: readonly unknown[],
  failed: (error: unknown) => void,
): boolean {
  const listeners = server.rawListeners(event)
  try {
    for (const listener of listeners) {
      const result: unknown = Reflect.apply(listener, server, values)
      if (result instanceof Promise) result.catch(failed)
    }
  } catch (error) {
    failed(error)
  }
  return listeners.length > 0
}
