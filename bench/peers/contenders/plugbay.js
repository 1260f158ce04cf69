import { join } from 'node:path'

/**
 * As the README of this repository has it: a manager over a folder; routes through `httpRoutes()` where requests are
 * counted. Smallest: `settle: 0`.
 */
function plugbay(kind) {
  return {
    id: `plugbay-${kind}`,
    title: kind === 'commonjs' ? 'plugbay, CommonJS' : 'plugbay, ES modules',
    ours: true,
    kind,
    waits: true,
    docs: 'README.md',
    settings: {
      default: { watch: true, says: 'settle 45 ms' },
      smallest: { watch: { settle: 0 }, says: 'settle 0' },
    },
    about: (name, needs, shape) => ({
      'metadata.json': JSON.stringify({
        name,
        version: '1.0.0',
        ...(needs && { dependencies: [needs] }),
        // Data that the plugin reads at its start: the README, `watch`.
        ...(shape === 'folder' && { watch: ['part-*.json'] }),
      }),
    }),
    source: (
      name,
      needs,
    ) => `${kind === 'commonjs' ? `'use strict'\nconst { current, describe } = require('./lib')` : `import { current, describe } from './lib.js'`}

${kind === 'commonjs' ? 'exports.activate = function' : 'export function'} activate(ctx) {
  const value = current()${needs ? ` + ctx.plugin('${needs}').value` : ''}
  if (value < 0) throw new Error('it refuses to start')
  ctx.host.http?.on('request', (req, res) => res.end(String(value)))
  ctx.onDispose(() => globalThis.benchEnded('${name}'))
  globalThis.benchStarted('${name}')
  return { value, greet: (who) => \`\${describe('${name}')} greets \${who}\` }
}
`,
    async open({ root, setting, http }) {
      const { createPluginManager } = await import('../../../dist/index.js')
      const routes = http ? (await import('../../../dist/http/http.js')).httpRoutes() : undefined
      const manager = createPluginManager({
        directory: join(root, 'plugins'),
        config: false,
        env: {},
        cacheDirectory: join(root, '.cache'),
        log: { debug() {}, info() {}, warn() {}, error() {} },
        watch: setting.watch,
        ...(routes && { context: (scope) => ({ http: routes.open(scope) }) }),
      })
      await manager.start()
      return {
        value: (name) => manager.api(name)?.value,
        handler: routes?.handler(),
        close: () => manager.close(),
      }
    },
  }
}

export const plugbayCommonjs = plugbay('commonjs')
export const plugbayModules = plugbay('module')
