import { fileURLToPath } from 'node:url'

const agent = fileURLToPath(new URL('../agent.cjs', import.meta.url))

/**
 * `moleculer-runner --hot` over a folder (https://moleculer.services/docs/0.14/runner.html,
 * https://moleculer.services/docs/0.14/broker.html#Hot-reloading-services). Its wait of 500 ms is fixed. Plugins are
 * services, asked through `broker.call()`. 0.15 needs Node 22; 0.14 is the newest for Node 20.
 */
export const moleculer = {
  id: 'moleculer',
  title: 'Moleculer hotReload',
  packages: ['moleculer'],
  kind: 'commonjs',
  waits: true,
  entry: 'plugin.service.js',
  docs: 'https://moleculer.services/docs/0.14/broker.html#Hot-reloading-services',
  settings: { default: { says: 'fixed, 500 ms' } },
  source: (name, needs) => `'use strict'
const { current, describe } = require('./lib')

module.exports = {
  name: '${name}',
  ${needs ? `dependencies: ['${needs}'],\n  ` : ''}actions: {
    async value(ctx) {
      return this.own${needs ? ` + (await ctx.call('${needs}.value'))` : ''}
    },
    greet: (ctx) => \`\${describe('${name}')} greets \${ctx.params.who}\`,
  },
  async started() {
    this.own = current()
    if (this.own < 0) throw new Error('it refuses to start')
    globalThis.benchStarted('${name}')
  },
  async stopped() {
    globalThis.benchEnded('${name}')
  },
}
`,
  app: () => ({
    'moleculer.config.js': `'use strict'
const { attach } = require(${JSON.stringify(agent)})
let begun
module.exports = {
  logger: false,
  created() {
    begun = process.hrtime.bigint()
  },
  started(broker) {
    attach({ value: (name) => broker.call(name + '.value'), opened: Number(process.hrtime.bigint() - begun) / 1e6 })
  },
}
`,
  }),
  command: ({ installed }) => [
    installed('moleculer/bin/moleculer-runner.js'),
    '--hot',
    '--config',
    'moleculer.config.js',
    'plugins',
  ],
}
