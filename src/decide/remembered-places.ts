import type { JsonPath, Place } from './json-places.ts'

/** Where in which file something inside an object stands that was read from that file. */
export type Locate = (path: JsonPath, part?: 'key' | 'value') => Place & { readonly file: string }

const remembered = new WeakMap<object, Locate>()

/**
 * Keeps the places of an object that came from a file, so that who judges it later can point at them without being
 * handed the text. Forgotten with the object.
 */
export function rememberPlaces(object: object, locate: Locate): void {
  remembered.set(object, locate)
}

/** How to find the places of an object that came from a file; `undefined` if it did not. */
export function placesOf(object: object): Locate | undefined {
  return remembered.get(object)
}
