import { restarts } from './restarts.js'

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
