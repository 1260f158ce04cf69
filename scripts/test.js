// Runs the compiled tests under plain Node: module loading is what is tested, and every other runner changes it.
// usage: node scripts/test.js [part of a file name …]
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

/** Begun first, the longest before all others: what begins last must be short, or one CPU is idle while it ends. */
const LONG = [
  'integration/watching',
  'cli/new',
  'integration/rollback',
  'cli/toggle',
  'process/start',
  'process/reload-memory',
  'process/unhandled',
  'cli/why',
  'http/conformance/load',
  'cli/check',
  'cli/start-options',
  'http/conformance/in-flight',
  'decide/properties',
  'http/conformance/protocol',
  'cli/list',
  'cli/main',
  'read/watch',
].map((name) => `${name}.test.js`)
/** Files side by side: twice as many as there are CPUs, as many tests wait most of the time. */
const SIDE_BY_SIDE = 2 * availableParallelism()

const root = fileURLToPath(new URL('..', import.meta.url))
const built = join(root, '.build', 'test')
const parts = process.argv.slice(2)

const rank = (file) => (LONG.includes(file) ? LONG.indexOf(file) : LONG.length)
const files = readdirSync(built, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort()
  .sort((a, b) => rank(a) - rank(b))
  .map((file) => join(built, file))

if (files.length === 0) {
  process.stderr.write(`no test files match ${parts.join(' ')}\n`)
  process.exit(1)
}

process.chdir(root)
process.env.NODE_NO_WARNINGS = '1'
run({ files, concurrency: SIDE_BY_SIDE })
  .on('test:fail', () => (process.exitCode = 1))
  .compose(spec)
  .pipe(process.stdout)
