import { fileURLToPath } from 'node:url'
import { moduleSource } from './modules.js'

const agent = fileURLToPath(new URL('../agent.cjs', import.meta.url))

/**
 * `node --import=hot-hook/register`, the plugins named as boundaries in package.json, and asked for by `import()` each
 * time that they are needed (https://github.com/Julien-R44/hot-hook#readme).
 */
export const hotHook = {
  id: 'hot-hook',
  title: 'hot-hook',
  packages: ['hot-hook'],
  kind: 'module',
  waits: false,
  gap: 55,
  docs: 'https://github.com/Julien-R44/hot-hook#readme',
  settings: { default: { says: 'no wait' } },
  lacks: { dropin: 'not offered' },
  package: { hotHook: { root: './app.js', boundaries: ['./plugins/*/plugin.js'] } },
  source: moduleSource,
  app: (names) => ({
    'app.js': `import agent from ${JSON.stringify(agent)}
import { load } from './load.js'
const begun = agent.now()
await Promise.all(${JSON.stringify(names)}.map(load))
agent.attach({ value: async (name) => (await load(name)).value, asks: true, opened: agent.now() - begun })
`,
    'load.js': `export const load = (name) => import(\`./plugins/\${name}/plugin.js\`)\n`,
  }),
  command: () => ['--import=hot-hook/register', 'app.js'],
}
