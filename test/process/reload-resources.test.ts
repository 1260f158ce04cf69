import { test } from 'node:test'
import { formats } from '../plugin-code.ts'
import { pluginsFolder } from '../plugin-folder.ts'
import { reloadResources } from './reload-resources.ts'

/** `npm run soak` asks for 10,000. */
const RELOADS = 200

for (const format of formats) {
  test(
    `R8 descriptors, watches and listeners over many reloads (${format}, ${RELOADS} times): as they were, and so are generations and heap`,
    { skip: process.platform !== 'linux' && 'needs /proc' },
    async (t) => {
      await reloadResources(pluginsFolder(t).root, format, RELOADS)
    },
  )
}
