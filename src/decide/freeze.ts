/** Freezes lists and plain objects, however deep; what is of a class stays as it is. Returns the value. */
export function freeze<T>(value: T): T {
  // What is no object is frozen.
  if (Object.isFrozen(value) || !(Array.isArray(value) || isPlain(value))) return value
  Object.freeze(value)
  for (const inside of Object.values(value as object)) freeze(inside)
  return value
}

function isPlain(value: unknown): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
