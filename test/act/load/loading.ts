import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import type { TestContext } from 'node:test'
import type { Code } from '#src/act/code.js'
import { shareEsbuild } from '#src/act/load/esbuild-service.js'
import { createLoader } from '#src/act/load/loader.js'
import type { Loader } from '#src/act/load/loader.js'
import type { Problem } from '#src/model/problem.js'
import { afterwards } from '../../afterwards.ts'
import { factsOf, timers } from './facts.ts'

export { timers } from './facts.ts'

type PluginFiles = Parameters<Loader['prepare']>[0]

// One esbuild process for all tests of a file: without a share that stays, each test would start one and stop it.
const share = shareEsbuild()
after(() => share.close())

/** One plugin folder in a temporary folder of its own, and a loader with a cache beside it. */
export interface Workplace {
  /** The temporary folder. */
  readonly root: string
  /** The plugin's folder. */
  readonly folder: string
  readonly cache: string
  readonly loader: Loader
  /** What the loader reported. */
  readonly problems: Problem[]
  /** Writes files by path relative to the plugin's folder; `../x` lies beside it. */
  write(files: Readonly<Record<string, string>>): void
  remove(...names: string[]): void
  /** The folder as it is now. */
  look(entry?: string): PluginFiles
  /** Prepares the plugin, which must succeed. */
  prepare(previous?: Code): Promise<Code>
  /** Prepares the plugin, which must fail. */
  fail(previous?: Code): Promise<Problem>
  /** Prepares and evaluates. */
  run(): Promise<any>
  /** Evaluates code with timers of its own or the process's. */
  evaluate(code: Code, owned?: typeof timers): Promise<any>
  /** Another loader on the same cache. */
  another(): Loader
}

export interface WorkplaceOptions {
  readonly cache?: string
  readonly owner?: (path: string) => string | undefined
}

/** The entry is the file called `plugin.*`. */
export function workplace(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  options: WorkplaceOptions = {},
): Workplace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'plugbay-test-')))
  afterwards(t, () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))
  const folder = join(root, 'plugin')
  const cache = options.cache ?? join(root, 'cache')
  const problems: Problem[] = []
  const another = (): Loader => {
    const loader = createLoader({
      cacheDirectory: cache,
      owner: options.owner ?? (() => undefined),
      onProblem: (problem) => problems.push(problem),
    })
    afterwards(t, () => loader.close())
    return loader
  }
  const loader = another()
  const place: Workplace = {
    root,
    folder,
    cache,
    loader,
    problems,
    another,
    write: (added) => {
      for (const [name, text] of Object.entries(added)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text)
      }
    },
    remove: (...names) => {
      for (const name of names) rmSync(join(folder, name), { recursive: true })
    },
    look: (entry) => {
      const found = factsOf(folder)
      const name = entry ?? [...found.keys()].find((file) => file.startsWith('plugin.'))
      assert.ok(name, 'the folder has an entry')
      return { name: 'plugin', directory: folder, real: folder, entry: name, files: found }
    },
    prepare: async (previous) => {
      const outcome = await loader.prepare(place.look(), previous)
      if ('problem' in outcome) assert.fail(`${outcome.problem.code} ${outcome.problem.message}`)
      return outcome.code
    },
    fail: async (previous) => {
      const outcome = await loader.prepare(place.look(), previous)
      assert.ok('problem' in outcome, 'preparing fails')
      return outcome.problem
    },
    evaluate: async (code, owned = timers) => (await code.evaluate(() => owned)).exports,
    run: async () => place.evaluate(await place.prepare()),
  }
  place.write(files)
  return place
}

/** All files under a folder, sorted. */
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** The place that the first line of a stack trace names. */
export function thrownAt(error: Error): string {
  return (
    /\(?([^\s()]+:\d+:\d+)\)?$/.exec(
      error.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? '',
    )?.[1] ?? ''
  )
}
