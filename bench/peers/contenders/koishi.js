import { fileURLToPath } from 'node:url'

const agent = fileURLToPath(new URL('../agent.cjs', import.meta.url))

/**
 * `koishi start` with a configuration file and the plugin `hmr`
 * (https://koishi.chat/en-US/guide/develop/script.html, https://koishi.chat/plugins/develop/hmr.html: `root`,
 * `debounce` 100). Plugins have side effects undone by `ctx.on('dispose')`, and depend on services (`inject`).
 */
export const koishi = {
  id: 'koishi',
  title: 'Koishi HMR',
  packages: ['koishi', '@koishijs/plugin-hmr'],
  kind: 'commonjs',
  waits: true,
  gap: 55,
  docs: 'https://koishi.chat/plugins/develop/hmr.html',
  settings: {
    default: { says: 'debounce 100 ms' },
    smallest: { debounce: 0, says: 'debounce 0' },
  },
  lacks: { dropin: 'not offered' },
  // What its own start adds to a manifest that lacks them.
  package: {
    dependencies: { koishi: '*', '@koishijs/plugin-http': '*', '@koishijs/plugin-proxy-agent': '*' },
  },
  source: (name, needs) => `'use strict'
const { current, describe } = require('./lib')

exports.name = '${name}'
${needs ? `exports.inject = ['${service(needs)}']\n` : ''}exports.apply = function apply(ctx) {
  const value = current()${needs ? ` + ctx.${service(needs)}.value` : ''}
  if (value < 0) throw new Error('it refuses to start')
  const api = { value, greet: (who) => \`\${describe('${name}')} greets \${who}\` }
  ctx.provide('${service(name)}')
  ctx.${service(name)} = api
  globalThis.registry.set('${name}', api)
  ctx.on('dispose', () => {
    globalThis.registry.delete('${name}')
    globalThis.benchEnded('${name}')
  })
  globalThis.benchStarted('${name}')
}
`,
  app: (names, { debounce }) => ({
    'koishi.json': JSON.stringify({
      logger: { levels: 0 },
      plugins: {
        './bench.cjs': {},
        hmr: { root: ['plugins'], ...(debounce !== undefined && { debounce }) },
        ...Object.fromEntries(names.map((name) => [`./plugins/${name}/plugin.js`, {}])),
      },
    }),
    'bench.cjs': `'use strict'
const { attach } = require(${JSON.stringify(agent)})
exports.name = 'bench'
exports.apply = (ctx) => {
  const last = ${JSON.stringify(names.at(-1))}
  const begun = process.hrtime.bigint()
  const look = () => {
    if (!globalThis.registry.has(last)) return setImmediate(look)
    attach({ value: (name) => globalThis.registry.get(name)?.value, opened: Number(process.hrtime.bigint() - begun) / 1e6 })
  }
  ctx.on('ready', look)
}
`,
  }),
  command: ({ installed }) => [installed('koishi/bin.js'), 'start'],
}

function service(name) {
  return name.replace('-', '')
}
