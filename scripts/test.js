// Runs the compiled tests under plain Node: module loading is what is tested, and every other runner changes it.
// usage: node scripts/test.js [part of a file name …]
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const built = join(root, '.build', 'test')
const parts = process.argv.slice(2)

const files = readdirSync(built, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort()
  .map((file) => join(built, file))

if (files.length === 0) {
  process.stderr.write(`no test files match ${parts.join(' ')}\n`)
  process.exit(1)
}

const reporter = ['--test-reporter=spec', '--test-reporter-destination=stdout']
const runner = spawn(process.execPath, ['--test', '--test-concurrency=2', ...reporter, ...files], {
  stdio: 'inherit',
  cwd: root,
  env: { ...process.env, NODE_NO_WARNINGS: '1' },
})
runner.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
