import { restarts } from './restarts.js'

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
