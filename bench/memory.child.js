import { readFileSync, readdirSync } from 'node:fs'
import { answer, input } from './child.js'
import { open } from './contenders/plugbay.js'
import { Plugins } from './plugins.js'

const { directory, names, kind, watch } = input()
const { readyMs } = await open(new Plugins(directory, names, kind), { watch })
await rested()
answer({ rss: process.memoryUsage().rss, heap: process.memoryUsage().heapUsed, watches: watches(), readyMs })

async function rested() {
  for (let round = 0; round < 4; round += 1) {
    await new Promise((resolve) => {
      setTimeout(resolve, 500)
    })
    globalThis.gc?.()
  }
}

/** Kernel watches of this process. `undefined` where the system does not tell. */
function watches() {
  try {
    return readdirSync('/proc/self/fdinfo').reduce((sum, descriptor) => sum + watchesOf(descriptor), 0)
  } catch {
    return undefined
  }
}

function watchesOf(descriptor) {
  try {
    return readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8').match(/^inotify /gm)?.length ?? 0
  } catch {
    return 0
  }
}
