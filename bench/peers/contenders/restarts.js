import { fileURLToPath } from 'node:url'

const agent = fileURLToPath(new URL('../agent.cjs', import.meta.url))

/** The application of those that start the whole process again: it requires the plugins, and starts them. */
function restarts(peer) {
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

/** https://nodejs.org/docs/latest-v20.x/api/cli.html#--watch; a folder: `--watch-path`, on Linux from Node 24 (26 measured). */
export const nodeWatch = restarts({
  id: 'node-watch',
  title: 'node --watch',
  waits: true,
  docs: 'https://nodejs.org/api/cli.html#--watch',
  settings: { default: { says: 'fixed' }, path: { path: true, says: '--watch-path' } },
  settingFor: { dropin: 'path' },
  command: ({ setting }) => [...(setting.path ? ['--watch-path=plugins'] : ['--watch']), 'app.js'],
})

/** https://tsx.is/watch-mode; a folder: `--include`. */
export const tsx = restarts({
  id: 'tsx',
  title: 'tsx watch',
  packages: ['tsx'],
  waits: true,
  docs: 'https://tsx.is/watch-mode',
  settings: { default: { says: 'fixed' }, include: { include: true, says: '--include' } },
  settingFor: { dropin: 'include' },
  command: ({ installed, setting }) => [
    installed('tsx/dist/cli.mjs'),
    'watch',
    ...(setting.include ? ['--include', './plugins/**/*'] : []),
    'app.js',
  ],
})

/** https://github.com/remy/nodemon#readme: no delay unless `--delay` asks for one. */
export const nodemon = restarts({
  id: 'nodemon',
  title: 'nodemon',
  packages: ['nodemon'],
  waits: false,
  docs: 'https://github.com/remy/nodemon#readme',
  settings: { default: { says: 'no wait' } },
  command: ({ installed }) => [installed('nodemon/bin/nodemon.js'), '-q', '-I', 'app.js'],
})
