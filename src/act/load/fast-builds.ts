import { hash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, dirname, join, relative, sep } from 'node:path'
import type { BuildOptions, Message, Metafile, Plugin } from 'esbuild'
import { commonOptions } from './compile-options.ts'
import type { CompileRequest } from './compile-options.ts'
import { isCrowded } from './crowded.ts'
import { isCodeFile } from './plugin-files.ts'

type Esbuild = typeof import('esbuild')
type Input = Metafile['inputs'][string]

/** What esbuild made of one plugin. Names are relative to the folder that the plugin's folder lies in. */
export interface FastOutput {
  readonly code: string
  readonly map: string
  /** All files that were read for it. */
  readonly inputs: ReadonlyMap<string, Input>
  /** Files that use `import.meta`. */
  readonly metaFiles: ReadonlySet<string>
}

interface Waiting {
  readonly request: CompileRequest
  readonly resolve: (output: FastOutput | undefined) => void
}

interface Foreseen {
  readonly stamp: string
  /** Until it was asked for, or something else was. */
  output: Promise<FastOutput | undefined> | undefined
}

/** Plugins in one build. More take longer to begin, and a fault in one costs a second build for each. */
const together = 12

/**
 * Builds that ask nothing back. Those that wait while others are at work go into one build together: half the time of
 * a small build is its beginning.
 */
export class FastBuilds {
  readonly #waiting: Waiting[] = []
  readonly #limit = Math.max(2, availableParallelism())
  /** What was begun before anybody asked for it, by folder. */
  readonly #foreseen = new Map<string, Foreseen>()
  #busy = 0

  /** `undefined` for a plugin that has a fault, or cannot be built in this way. */
  build(esbuild: Esbuild, request: CompileRequest): Promise<FastOutput | undefined> {
    const foreseen = this.#foreseen.get(request.plugin.real)
    const output = foreseen?.stamp === stampOf(request) ? foreseen.output : undefined
    return output ?? this.#enqueue(esbuild, request)
  }

  /** Begins a build that will be asked for soon. Of the same files only once. */
  async foresee(esbuild: Esbuild, request: CompileRequest): Promise<void> {
    const { real } = request.plugin
    const stamp = stampOf(request)
    if (this.#foreseen.get(real)?.stamp === stamp) return
    const output = this.#enqueue(esbuild, request)
    this.#foreseen.set(real, { stamp, output })
    await output
  }

  /** Nobody will ask for what was foreseen of a folder any more. */
  release(real: string): void {
    const foreseen = this.#foreseen.get(real)
    if (foreseen) foreseen.output = undefined
  }

  forget(real: string): void {
    this.#foreseen.delete(real)
  }

  #enqueue(esbuild: Esbuild, request: CompileRequest): Promise<FastOutput | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ request, resolve })
      void this.#next(esbuild)
    })
  }

  async #next(esbuild: Esbuild): Promise<void> {
    if (this.#busy >= this.#limit) return
    const batch = this.#take()
    if (batch.length === 0) return
    this.#busy++
    await this.#build(esbuild, batch)
    this.#busy--
    void this.#next(esbuild)
  }

  /** One build, and another one without those that have a fault. */
  async #build(esbuild: Esbuild, batch: readonly Waiting[]): Promise<void> {
    const outcome = await buildTogether(
      esbuild,
      batch.map(({ request }) => request),
    )
    const failed = new Set('faulty' in outcome ? outcome.faulty : [])
    const again = batch.filter(
      ({ request }) => 'faulty' in outcome && !failed.has(basename(request.plugin.real)),
    )
    for (const [index, waiting] of batch.entries()) {
      if (!again.includes(waiting)) waiting.resolve('outputs' in outcome ? outcome.outputs[index] : undefined)
    }
    // Nobody can be blamed: each is built by itself.
    if (again.length === batch.length) for (const waiting of again) await this.#alone(esbuild, waiting)
    else if (again.length > 0) await this.#build(esbuild, again)
  }

  async #alone(esbuild: Esbuild, { request, resolve }: Waiting): Promise<void> {
    const outcome = await buildTogether(esbuild, [request])
    resolve('outputs' in outcome ? outcome.outputs[0] : undefined)
  }

  /** The next one, and those that can be built with it. */
  #take(): Waiting[] {
    const first = this.#waiting.shift()
    if (first === undefined) return []
    const batch = [first]
    const group = groupOf(first.request)
    if (group === undefined) return batch
    for (let index = 0; index < this.#waiting.length && batch.length < together;) {
      if (groupOf(this.#waiting[index]!.request) === group) batch.push(...this.#waiting.splice(index, 1))
      else index++
    }
    return batch
  }
}

/**
 * Equal for requests between which no file was touched: what is read at any time between the two is the same. Content
 * alone would not do, as a file may say something else for a moment.
 */
function stampOf({ key, keepNames, plugin }: CompileRequest): string {
  const facts = [...plugin.files]
    .filter(([name]) => isCodeFile(name))
    .map(([name, { size, mtimeMs, ctimeMs, ino }]) => [name, size, mtimeMs, ctimeMs, ino].join())
  return hash('sha256', [key, keepNames, ...facts].join('\n'))
}

/** Plugins of one folder, but for those with options of their own. */
function groupOf({ plugin, keepNames }: CompileRequest): string | undefined {
  return plugin.files.has('tsconfig.json') || keepNames ? undefined : dirname(plugin.real)
}

async function buildTogether(
  esbuild: Esbuild,
  requests: readonly CompileRequest[],
): Promise<{ readonly outputs: FastOutput[] } | { readonly faulty: readonly string[] }> {
  const [first] = requests
  if (first === undefined) return { outputs: [] }
  const folder = dirname(first.plugin.real)
  try {
    const { outputFiles, metafile, warnings } = await esbuild.build({
      ...fastOptions(first, folder),
      entryPoints: requests.map(({ plugin, entry }) => ({ in: entry, out: basename(plugin.real) })),
      plugins: isCrowded(folder) ? [exactPaths(folder, requests)] : [],
    })
    const texts = new Map(outputFiles.map((file) => [file.path, file.text]))
    const metaFiles = new Set<string>()
    for (const { id, location } of warnings) {
      if (id === 'empty-import-meta' && location !== null) metaFiles.add(location.file)
    }
    const outputs = requests.map(({ plugin, entry }) => {
      const out = join(folder, `${basename(plugin.real)}.js`)
      const inputs = reachable(metafile, relative(folder, entry).split(sep).join('/'))
      const used = new Set([...metaFiles].filter((name) => inputs.has(name)))
      return { code: texts.get(out)!, map: texts.get(`${out}.map`)!, inputs, metaFiles: used }
    })
    return { outputs }
  } catch (error) {
    const { errors = [] } = error as { errors?: readonly Message[] }
    return { faulty: errors.map(({ location }) => location?.file.split('/')[0] ?? '') }
  }
}

function fastOptions(
  request: CompileRequest,
  folder: string,
): BuildOptions & { metafile: true; write: false } {
  return {
    ...commonOptions(request),
    absWorkingDir: folder,
    outdir: folder,
    format: 'cjs',
    packages: 'external',
  }
}

/** The files that an entry is made of, itself included. */
function reachable({ inputs }: Metafile, entry: string): Map<string, Input> {
  const found = new Map<string, Input>()
  const names = [entry]
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const input = inputs[name]
    if (input === undefined || found.has(name)) continue
    found.set(name, input)
    for (const { path, external } of input.imports) if (external !== true) names.push(path)
  }
  return found
}

/**
 * Answers for paths that are written out. Where esbuild resolves, it lists each folder above the file, in each build:
 * in a folder of 5,000 plugins that takes longer than all the rest.
 */
function exactPaths(folder: string, requests: readonly CompileRequest[]): Plugin {
  const plugins = new Map(requests.map(({ plugin }) => [basename(plugin.real), plugin]))
  return {
    name: 'plugbay-paths',
    setup(build) {
      build.onResolve({ filter: /^(?:\.{1,2})?\// }, ({ path, resolveDir }) => {
        const file = path.startsWith('/') ? path : join(resolveDir, path)
        const [name = '', ...rest] = relative(folder, file).split(sep)
        if (!plugins.get(name)?.files.has(rest.join('/'))) return undefined
        return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true ? { path: file } : undefined
      })
    },
  }
}
