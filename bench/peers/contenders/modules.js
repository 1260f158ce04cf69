/**
 * A plugin of whoever replaces ES modules: what the module does at its top level is the start, what it exports is the
 * plugin, and `import.meta.hot.dispose()` undoes what it did.
 */
export function moduleSource(name, needs) {
  return `import { current, describe } from './lib.js'
${needs ? `import { value as base } from '../${needs}/plugin.js'\n` : ''}
export const value = current()${needs ? ' + base' : ''}
if (value < 0) throw new Error('it refuses to start')
export const greet = (who) => \`\${describe('${name}')} greets \${who}\`
import.meta.hot?.dispose(() => globalThis.benchEnded('${name}'))
globalThis.benchStarted('${name}')
`
}
