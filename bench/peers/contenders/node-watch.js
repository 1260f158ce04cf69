import { restarts } from './restarts.js'

/** https://nodejs.org/docs/latest-v20.x/api/cli.html#--watch; a folder: `--watch-path`, documented for macOS and Windows. */
export const nodeWatch = restarts({
  id: 'node-watch',
  title: 'node --watch',
  waits: true,
  docs: 'https://nodejs.org/api/cli.html#--watch',
  settings: { default: { says: 'fixed' }, path: { path: true, says: '--watch-path' } },
  settingFor: { dropin: 'path' },
  command: ({ setting }) => [...(setting.path ? ['--watch-path=plugins'] : ['--watch']), 'app.js'],
})
