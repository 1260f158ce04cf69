import { fileURLToPath } from 'node:url'

const agent = fileURLToPath(new URL('../agent.cjs', import.meta.url))

/** The application of those that start the whole process again: it requires the plugins, and starts them. */
export function restarts(peer) {
  return {
    kind: 'commonjs',
    restarts: true,
    source: (name, needs) => `'use strict'
const { current, describe } = require('./lib')
${needs ? `const base = require('../${needs}/plugin')\n` : ''}
exports.activate = function activate() {
  const value = current()${needs ? ' + base.live.value' : ''}
  if (value < 0) throw new Error('it refuses to start')
  globalThis.benchStarted('${name}')
  exports.live = { value, greet: (who) => \`\${describe('${name}')} greets \${who}\` }
  return exports.live
}
`,
    app: () => ({
      'app.js': `'use strict'
const { attach, now } = require(${JSON.stringify(agent)})
const { existsSync, readdirSync } = require('node:fs')
const begun = now()
const live = new Map()
for (const name of readdirSync('plugins')) {
  if (existsSync(\`plugins/\${name}/plugin.js\`)) live.set(name, require(\`./plugins/\${name}/plugin.js\`).activate())
}
attach({ value: (name) => live.get(name)?.value, opened: now() - begun })
`,
    }),
    ...peer,
  }
}
