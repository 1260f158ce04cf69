/** True for what `await` would wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return (
      ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
      'then' in value &&
      typeof value.then === 'function'
    )
  } catch {
    // A proxy, or a getter, that throws when it is asked.
    return false
  }
}
