import type { PluginDefinition } from '../model/plugin.ts'

/**
 * Finds `activate` and `deactivate` in what an entry exports: by name, in a default export, in `module.exports`, or a
 * function by itself, which is `activate`.
 * @returns the definition, or what was found instead, readable
 */
export function readDefinition(exports: unknown): PluginDefinition | { readonly found: string } {
  for (const candidate of [
    exports,
    property(exports, 'default'),
    property(property(exports, 'default'), 'default'),
  ]) {
    const activate = property(candidate, 'activate')
    if (typeof activate === 'function') return candidate as PluginDefinition
    if (typeof candidate === 'function' && !isClass(candidate)) {
      const deactivate = property(exports, 'deactivate')
      return {
        activate: candidate as PluginDefinition['activate'],
        ...(typeof deactivate === 'function' && {
          deactivate: deactivate as PluginDefinition['deactivate'] & {},
        }),
      }
    }
  }
  return { found: describe(exports) }
}

function property(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  return (value as Record<string, unknown>)[key]
}

function isClass(value: unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value))
}

function describe(exports: unknown): string {
  if (typeof exports !== 'object' || exports === null)
    return typeof exports === 'function' ? 'a class' : String(exports === null ? null : typeof exports)
  const names = namesIn(exports)
  return names.length === 0 ? 'nothing' : names.map((name) => `${name}${kindOf(name, exports)}`).join(', ')
}

function namesIn(value: object): string[] {
  return Object.keys(value).map((name) => `\`${name}\``)
}

/** What is wrong with an export that has the right name. */
function kindOf(name: string, exports: object): string {
  if (name !== '`activate`' && name !== '`default`') return ''
  const value = property(exports, name.slice(1, -1))
  if (typeof value === 'object' && value !== null)
    return ` (an object with ${namesIn(value).join(', ') || 'nothing'})`
  return typeof value === 'function' ? ' (a class)' : ` (${value === null ? 'null' : typeof value})`
}
