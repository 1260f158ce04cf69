import { join } from 'node:path'
import { moduleSource } from './modules.js'

/**
 * A server in middleware mode and the runner of its `ssr` environment, which has HMR
 * (https://vite.dev/guide/api-environment-frameworks, https://vite.dev/guide/api-hmr): the application accepts each plugin. For a folder
 * that is dropped in, `import.meta.glob` (https://vite.dev/guide/features#glob-import).
 */
export const vite = {
  id: 'vite',
  title: 'Vite module runner',
  packages: ['vite'],
  kind: 'module',
  waits: false,
  gap: 55,
  docs: 'https://vite.dev/guide/api-environment-frameworks',
  settings: { default: { says: 'no wait' }, glob: { glob: true, says: 'no wait' } },
  settingFor: { dropin: 'glob' },
  source: moduleSource,
  app: (names, { glob }) => ({
    'app.js': glob
      ? `const found = import.meta.glob('./plugins/*/plugin.js', { eager: true })
for (const [path, plugin] of Object.entries(found)) globalThis.registry.set(path.split('/')[2], plugin)
import.meta.hot.accept()
`
      : `${names.map((name, at) => `import * as p${at} from './plugins/${name}/plugin.js'`).join('\n')}
${names
  .map(
    (name, at) => `globalThis.registry.set('${name}', p${at})
import.meta.hot.accept('./plugins/${name}/plugin.js', (next) => next && globalThis.registry.set('${name}', next))`,
  )
  .join('\n')}
`,
  }),
  async open({ root }) {
    const { createServer } = await import('vite')
    const server = await createServer({
      root,
      configFile: false,
      logLevel: 'silent',
      appType: 'custom',
      cacheDir: join(root, '.vite'),
      // The channel to browsers is of no use here, and its port is one for all.
      server: { middlewareMode: true, ws: false },
    })
    await server.environments.ssr.runner.import('/app.js')
    return {
      value: (name) => globalThis.registry.get(name)?.value,
      close: () => server.close(),
    }
  },
}
