import { shown } from './shown.ts'

/** What a plugin's name looks like; the same as in the published schemas. */
export const NAME_PATTERN: RegExp = /^[a-z0-9][a-z0-9._-]{0,62}$/

// toString and the like are kept out by their capitals, __proto__ by its underscore; named here for the message's sake.
const objectWords: ReadonlySet<string> = new Set([
  'constructor',
  'prototype',
  '__proto__',
  'toString',
  'hasOwnProperty',
  'valueOf',
])
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** What keeps a name from being a plugin's: the end of a sentence that begins with it. `undefined` if nothing does. */
export function nameFlaw(name: string): string | undefined {
  if (objectWords.has(name)) return 'is reserved: every JavaScript object has something of that name'
  if (name === 'node_modules') return 'is reserved: npm keeps packages in folders of that name'
  if (device.test(name)) return 'is reserved: Windows has a device of that name'
  if (!NAME_PATTERN.test(name)) return `does not match ${NAME_PATTERN.source}`
  if (name.endsWith('.')) return 'ends with a dot, which Windows drops'
  return undefined
}

/** A name that is valid and close to one that is not, for a hint; `undefined` if there is none. */
export function nameLike(name: string): string | undefined {
  const letters = name.normalize('NFKD').replace(/\p{Mn}/gu, '')
  // Of a name in another script only scraps would be left.
  if (name.length > 63 || /[^ -~]/.test(letters)) return undefined
  const like = letters
    .replace(/(?<=[a-z0-9])(?=[A-Z][a-z])/g, '-')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
  return nameFlaw(like) === undefined ? like : undefined
}

/** The hint that goes with {@link nameFlaw}. */
export function nameHint(name: string): string {
  if (NAME_PATTERN.test(name) && !name.endsWith('.')) return `Choose another name, such as "my-${name}".`
  const like = nameLike(name)
  const rule = 'Use lower-case letters, digits, dots, dashes and underscores, at most 63'
  return like === undefined ? `${rule}.` : `${rule}; ${shown(like)} would do.`
}
