// What takes too long for the tests: many reloads of each kind of module, and minutes of everything under load.
// usage: node main.js [reloads | mixed]; both without. PLUGBAY_RELOADS (10000), PLUGBAY_SOAK_MINUTES (10),
// PLUGBAY_SOAK_REPORT (docs/soak): the folder that the report is written to.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formats } from '../plugin-code.ts'
import type { Format } from '../plugin-code.ts'
import { reloadResources } from '../process/reload-resources.ts'
import type { Kept } from '../process/reload-resources.ts'
import { mixed } from './mixed.ts'
import { reportFiles, settingNow } from './report.ts'
import type { Results } from './report.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const reloads = Number(process.env['PLUGBAY_RELOADS'] ?? 10_000)
const minutes = Number(process.env['PLUGBAY_SOAK_MINUTES'] ?? 10)
const target = resolve(root, process.env['PLUGBAY_SOAK_REPORT'] ?? 'docs/soak')
const asked = process.argv[2]
const file = join(target, 'results.json')

let results: Results = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results) : {}
const failures: string[] = []

function keep(more: Results): void {
  results = { ...results, ...more }
  mkdirSync(target, { recursive: true })
  const files = { 'results.json': `${JSON.stringify(results)}\n`, ...reportFiles(results) }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(target, name), text)
}

if (asked !== 'mixed') {
  const kept: Partial<Record<Format, Kept>> = {}
  for (const format of formats) {
    const folder = mkdtempSync(join(tmpdir(), 'plugbay-soak-'))
    try {
      kept[format] = await reloadResources(folder, format, reloads)
      process.stderr.write(`${reloads} reloads (${format}): ${JSON.stringify(kept[format])}\n`)
    } catch (cause) {
      failures.push(`${reloads} reloads (${format}): ${String(cause)}`)
    } finally {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
  keep({ reloads: { setting: settingNow(), kept } })
}
if (asked !== 'reloads') {
  const found = await mixed(minutes)
  failures.push(...found.failures)
  keep({ mixed: { setting: settingNow(), ...found } })
}
for (const failure of failures) process.stderr.write(`${failure}\n`)
process.stderr.write(failures.length === 0 ? `all is well; ${target}\n` : `${failures.length} failures\n`)
process.exitCode = failures.length === 0 ? 0 : 1
