// Watches the directories that it is given, says what it sees in JSON lines, and must come to its end by itself.
import { readdirSync, readFileSync } from 'node:fs'
import { watch } from '#src/read/watch.js'

const { directories, config, closeAfter } = JSON.parse(process.argv[2] ?? '') as {
  directories: string[]
  config?: string
  closeAfter: 'ready' | 'immediate' | number
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function inotifyWatches(): number {
  let count = 0
  for (const fd of readdirSync('/proc/self/fdinfo')) {
    try {
      count += readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8').match(/^inotify /gm)?.length ?? 0
    } catch {
      // The descriptor of this very listing is gone again.
    }
  }
  return count
}

const begun = performance.now()
const memory = process.memoryUsage().rss

async function end(): Promise<void> {
  const watches = inotifyWatches()
  await watcher.close()
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  say({ closed: true, watches, left: inotifyWatches(), timers })
}

const watcher = watch({
  directories,
  config,
  usePolling: false,
  hints: {
    folder: (directory) => {
      say({ folder: directory })
    },
    roots: () => {
      say({ roots: true })
    },
    config: () => {
      say({ config: true })
    },
    trouble: (problem) => {
      say({ trouble: { ...problem, cause: undefined } })
    },
    ready: () => {
      say({ ready: true, ms: performance.now() - begun, rss: process.memoryUsage().rss - memory })
      if (closeAfter === 'ready') void end()
    },
  },
})
if (closeAfter === 'immediate') void end()
if (typeof closeAfter === 'number') setTimeout(() => void end(), closeAfter)
