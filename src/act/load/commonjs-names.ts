import { initSync, parse } from 'cjs-module-lexer'

let ready = false

/**
 * The names that an ES module can import from a CommonJS file, found as Node finds them: by reading the text, never by
 * running it.
 * @param read gives a file's text, or `undefined` for what is not CommonJS
 * @param resolve where a `require` of a file leads
 */
export function commonjsNames(
  path: string,
  read: (path: string) => string | undefined,
  resolve: (path: string, specifier: string) => string | undefined,
): ReadonlySet<string> {
  if (!ready) initSync()
  ready = true
  const names = new Set<string>()
  const seen = new Set<string>()
  const collect = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    const text = read(file)
    if (text === undefined) return
    try {
      const { exports, reexports } = parse(text, file)
      for (const name of exports) names.add(name)
      for (const specifier of reexports) {
        const target = resolve(file, specifier)
        if (target !== undefined) collect(target)
      }
    } catch {
      // A text that cannot be read has no names, as in Node; running it says what is wrong.
    }
  }
  collect(path)
  names.delete('default')
  return names
}
