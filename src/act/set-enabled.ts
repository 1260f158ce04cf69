import { findNodeAtLocation, getNodeValue, parseTree } from 'jsonc-parser'
import { appendJson, jsonFormat } from './append-json.ts'
import type { JsonStyle } from './append-json.ts'

/**
 * Sets `enabled` of one plugin in the text of a config file; comments, order and formatting stay.
 * @param text `undefined` is no file
 * @throws a SyntaxError when the text does not parse
 */
export function setEnabled(text: string | undefined, name: string, enabled: boolean): string {
  if (text === undefined || text.trim() === '') {
    return `${JSON.stringify({ plugins: [{ name, enabled }] }, null, 2)}\n`
  }
  const errors: { error: number; offset: number; length: number }[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  if (!root || root.type !== 'object' || errors.length > 0) {
    throw new SyntaxError('the config file does not parse; mend it first')
  }
  const plugins = findNodeAtLocation(root, ['plugins'])
  if (plugins && plugins.type !== 'array') {
    throw new SyntaxError('"plugins" in the config file is not a list; mend it first')
  }
  const entries = plugins?.children ?? []
  const index = entries.findLastIndex((entry) => {
    const value: unknown = getNodeValue(entry)
    return typeof value === 'object' && value !== null && 'name' in value && value.name === name
  })
  const entry = entries[index]
  if (entry) {
    const value = findNodeAtLocation(entry, ['enabled'])
    if (value) return text.slice(0, value.offset) + String(enabled) + text.slice(value.offset + value.length)
    return appendJson(text, entry, ({ compact }) => `"enabled":${compact ? '' : ' '}${enabled}`)
  }
  const { eol, unit } = jsonFormat(text)
  const written = ({ indent, compact }: JsonStyle): string => {
    if (compact && indent === undefined) return JSON.stringify({ name, enabled })
    const members = [`"name": ${JSON.stringify(name)}`, `"enabled": ${enabled}`]
    if (indent === undefined) return `{ ${members.join(', ')} }`
    return `{${eol}${indent}${members.join(`,${eol}${indent}`)}${eol}${indent.slice(unit.length)}}`
  }
  if (plugins) return appendJson(text, plugins, written)
  return appendJson(text, root, ({ indent, compact }) =>
    indent === undefined
      ? `"plugins":${compact ? '' : ' '}[${written({ indent, compact })}]`
      : `"plugins": [${eol}${indent}${written({ indent: indent + unit, compact })}${eol}${indent.slice(unit.length)}]`,
  )
}
