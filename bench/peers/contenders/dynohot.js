import { fileURLToPath } from 'node:url'
import { moduleSource } from './modules.js'

const agent = fileURLToPath(new URL('../agent.cjs', import.meta.url))

/**
 * A registration file with `silent`, as its README describes, and an application that accepts each plugin
 * (https://github.com/braidnetworks/dynohot#readme). Its wait of 100 ms is fixed.
 */
export const dynohot = {
  id: 'dynohot',
  title: 'dynohot',
  packages: ['dynohot'],
  kind: 'module',
  waits: true,
  docs: 'https://github.com/braidnetworks/dynohot#readme',
  settings: { default: { says: 'fixed, 100 ms' } },
  lacks: { dropin: 'not offered' },
  source: moduleSource,
  app: (names) => ({
    'loaders.js': `import { register } from 'node:module'
register('dynohot/loader', { parentURL: import.meta.url, data: { silent: true } })
`,
    'app.js': `import agent from ${JSON.stringify(agent)}
${names.map((name, at) => `import * as p${at} from './plugins/${name}/plugin.js'`).join('\n')}
const live = { ${names.map((name, at) => `'${name}': () => p${at}.value`).join(', ')} }
${names.map((name) => `import.meta.hot?.accept('./plugins/${name}/plugin.js')`).join('\n')}
agent.attach({ value: (name) => live[name]() })
`,
  }),
  command: () => ['--import', './loaders.js', 'app.js'],
}
