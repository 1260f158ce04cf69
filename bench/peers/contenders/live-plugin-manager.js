import { join } from 'node:path'

/**
 * `installFromPath()` and `require()`; it does not watch, so that the application has to say what to install again, with
 * `force` (https://github.com/davideicardi/live-plugin-manager#readme). It knows no start and no end: this
 * application calls what the plugins export.
 */
export const livePluginManager = {
  id: 'live-plugin-manager',
  title: 'live-plugin-manager',
  packages: ['live-plugin-manager'],
  kind: 'commonjs',
  told: true,
  docs: 'https://github.com/davideicardi/live-plugin-manager#readme',
  settings: { default: { says: 'told to install again' } },
  lacks: { edit: 'does not watch', dropin: 'does not watch' },
  about: (name, needs) => ({
    'package.json': JSON.stringify({
      name,
      version: '1.0.0',
      main: 'plugin.js',
      ...(needs && { dependencies: { [needs]: '1.0.0' } }),
    }),
  }),
  source: (name, needs) => `'use strict'
const { current, describe } = require('./lib')

exports.start = () => {
  const value = current()${needs ? ` + require('${needs}').start().value` : ''}
  if (value < 0) throw new Error('it refuses to start')
  globalThis.benchStarted('${name}')
  return { value, greet: (who) => \`\${describe('${name}')} greets \${who}\` }
}
exports.stop = () => globalThis.benchEnded('${name}')
`,
  async open({ root, names }) {
    const { PluginManager } = await import('live-plugin-manager')
    const manager = new PluginManager({ cwd: root, pluginsPath: join(root, 'installed') })
    const live = new Map()
    const install = async (name) => {
      await manager.installFromPath(join(root, 'plugins', name), { force: true })
      const plugin = manager.require(name)
      const api = plugin.start()
      live.get(name)?.plugin.stop()
      live.set(name, { plugin, api })
    }
    for (const name of names) await install(name)
    return { value: (name) => live.get(name)?.api.value, reload: install }
  },
}
