/** What a person would say after reading the documentation: which plugins run, for these files and this config. */

export interface Description {
  readonly name: string
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly enabled?: boolean
}

export interface Configured {
  readonly plugins?: readonly { readonly name: string; readonly enabled?: boolean }[]
  readonly unlisted?: 'on' | 'off'
  /** Broken when it was first read: what nobody else named is off. */
  readonly unusable?: true
}

/** A plugin that goes on with what it was started with. */
export interface Stay {
  readonly folder: string
  readonly description: Description
}

export interface Given {
  /** By path relative to the plugins folder. */
  readonly files: ReadonlyMap<string, string>
  readonly config: Configured
  /** What the program said. */
  readonly program: ReadonlyMap<string, boolean>
  /** Folders that have a name, as they run under it. */
  readonly holders: ReadonlyMap<string, string>
  /** By name: the folder that the newest files of a plugin were found in, whether they can run or not. */
  readonly found: ReadonlyMap<string, string>
  /** Those who run, and whose newest files cannot. */
  readonly stays: ReadonlyMap<string, Stay>
  /** By folder that is not whole now: whether it is on, as it said when it last was. */
  readonly said?: ReadonlyMap<string, boolean | undefined>
}

type State = 'active' | 'off' | 'blocked' | 'failed' | 'invalid' | 'incomplete'

export interface Expected {
  readonly name: string
  readonly folder: string
  readonly state: State
  /** The dependencies that it has, sorted. */
  readonly uses: readonly string[]
  readonly version: string | undefined
  /** It goes on with what it was started with: the optional ones may be other ones. */
  readonly stays?: boolean
}

interface Candidate {
  readonly name: string
  readonly folder: string
  readonly description: Description | undefined
  readonly hasEntry: boolean
  readonly canRun: boolean
}

/** By name and folder; those who run in the order of a fresh start. */
export function expected(given: Given): Map<string, Expected> {
  const { held, rejected } = claim(given)
  const counts = (name: string): Description | undefined =>
    given.stays.get(name)?.description ?? held.get(name)?.description
  const on = switchedOn(given, held, counts)
  const states = new Map<string, State>()
  const circle = inCircles(on, (name) => {
    const one = held.get(name)!
    return given.stays.has(name) || (one.description && one.hasEntry)
      ? Object.keys(counts(name)!.dependencies)
      : []
  })
  const visit = (name: string): State => {
    const known = states.get(name)
    if (known) return known
    const one = held.get(name)!
    const stays = given.stays.has(name)
    let state: State = 'active'
    if (!on.has(name)) state = 'off'
    else if (!stays && !one.description) state = 'invalid'
    else if (!stays && !one.hasEntry) state = 'incomplete'
    else if (circle.has(name)) state = 'blocked'
    else {
      for (const [dependency, range] of Object.entries(counts(name)!.dependencies)) {
        const other = held.has(dependency) && visit(dependency) === 'active'
        if (!other || !fits(counts(dependency)!.version, range)) state = 'blocked'
      }
      if (state === 'active' && !stays && !one.canRun) state = 'failed'
    }
    states.set(name, state)
    return state
  }
  for (const name of held.keys()) visit(name)
  const active = new Set([...held.keys()].filter((name) => states.get(name) === 'active').sort())
  const uses = usedBy(active, (name) => counts(name)!)
  const found: Expected[] = inOrder(active, uses).map((name) => ({
    name,
    folder: held.get(name)!.folder,
    state: 'active',
    uses: [...uses.get(name)!].sort(),
    version: counts(name)!.version,
    stays: given.stays.has(name),
  }))
  for (const [name, { folder }] of held)
    if (!active.has(name))
      found.push({ name, folder, state: states.get(name)!, uses: [], version: undefined })
  for (const { name, folder } of rejected)
    found.push({ name, folder, state: 'invalid', uses: [], version: undefined })
  return new Map(found.map((one) => [`${one.name} in ${one.folder}`, one]))
}

/** Why a plugin that runs may go on with older files than its folder has; `undefined` when it may not. */
export function whyStays(given: Given, name: string): 'circle' | 'invalid' | 'broken' | 'absent' | undefined {
  const others = new Map([...given.stays].filter(([other]) => other !== name))
  const { held } = claim({ ...given, stays: others })
  const one = held.get(name)
  if (!one) return 'absent'
  if (!one.description || !one.hasEntry) return 'invalid'
  if (circles(held, others).has(name)) return 'circle'
  return one.canRun ? undefined : 'broken'
}

/** Whether some need each other, on or off, by their newest files or as they run. */
export function hasCircle(given: Given): boolean {
  return circles(claim(given).held, given.stays).size > 0
}

/** What a folder says of itself; `undefined` when it is not valid. */
export function describe(text: string): Description | undefined {
  let value: any
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (typeof value.name !== 'string' || !/^\d+\.\d+\.\d+$/.test(value.version)) return undefined
  if (/"(?:__proto__|constructor)"/.test(text)) return undefined
  const ranges = (given: unknown): Record<string, string> | undefined => {
    if (given === undefined) return {}
    if (Array.isArray(given)) return Object.fromEntries(given.map((name: string) => [name, '*']))
    return typeof given === 'object' && given !== null ? (given as Record<string, string>) : undefined
  }
  const dependencies = ranges(value.dependencies)
  const optionalDependencies = ranges(value.optionalDependencies)
  if (!dependencies || !optionalDependencies) return undefined
  return {
    name: value.name,
    version: value.version,
    dependencies,
    optionalDependencies,
    enabled: value.enabled,
  }
}

/** The folders whose files are a plugin's, whatever its program does: what they say of being on. */
export function whole(files: ReadonlyMap<string, string>): Map<string, boolean | undefined> {
  const found = new Map<string, boolean | undefined>()
  for (const [path, text] of files) {
    const folder = /^([a-z]+)\/metadata\.json$/.exec(path)?.[1]
    const description = folder && files.get(`${folder}/plugin.js`) ? describe(text) : undefined
    if (folder && description) found.set(folder, description.enabled)
  }
  return found
}

/** The text of a plugin's program: its entry, and what that imports. `undefined` without an entry. */
export function programOf(files: ReadonlyMap<string, string>, folder: string): string | undefined {
  const entry = files.get(`${folder}/plugin.js`)
  if (entry === undefined || entry === '') return undefined
  let lib: unknown
  try {
    ;({ lib } = JSON.parse(entry) as { lib?: unknown })
  } catch {
    return entry
  }
  return lib === true ? `${entry}\n${files.get(`${folder}/lib.js`)}` : entry
}

const runs = new Set([
  'ok',
  'slow',
  'deactivate throws',
  'deactivate hangs',
  'dispose throws',
  'dispose hangs',
])

function canRun(files: ReadonlyMap<string, string>, folder: string): boolean {
  try {
    const { does, lib } = JSON.parse(files.get(`${folder}/plugin.js`) ?? '') as {
      does: string
      lib?: boolean
    }
    return runs.has(does) && (lib !== true || files.has(`${folder}/lib.js`))
  } catch {
    return false
  }
}

/** The name in a description that is not valid otherwise. */
function nameIn(text: string): string | undefined {
  return /"name":"([a-z]+)"/.exec(text)?.[1]
}

/** One folder has a name: the one that runs under it, else one that can be read, else the first. */
function claim({ files, holders, found }: Given): { held: Map<string, Candidate>; rejected: Candidate[] } {
  const folders = [...files.keys()]
    .filter((path) => /^[a-z]+\/metadata\.json$/.test(path))
    .map((path) => path.split('/')[0]!)
  const saysOf = (folder: string): string => {
    const text = files.get(`${folder}/metadata.json`)!
    return describe(text)?.name ?? nameIn(text) ?? folder
  }
  // Of two that run from one folder, the older one's name is another folder's by now.
  const runningIn = (folder: string): string | undefined => {
    const names = [...holders].flatMap(([name, from]) => (from === folder ? [name] : [])).sort()
    return (
      names.find((name) => !folders.some((other) => other !== folder && saysOf(other) === name)) ?? names[0]
    )
  }
  const wasToRunIn = (folder: string): string | undefined =>
    [...holders.keys()].find((name) => found.get(name) === folder)
  const candidates = folders.sort().map((folder): Candidate => {
    const description = describe(files.get(`${folder}/metadata.json`)!)
    return {
      name: description?.name ?? runningIn(folder) ?? wasToRunIn(folder) ?? saysOf(folder),
      folder,
      description,
      hasEntry: (files.get(`${folder}/plugin.js`) ?? '') !== '',
      canRun: canRun(files, folder),
    }
  })
  const held = new Map<string, Candidate>()
  const strength = (one: Candidate): number =>
    (holders.get(one.name) === one.folder ? 2 : 0) + (one.description ? 1 : 0)
  for (const one of candidates) {
    const other = held.get(one.name)
    if (!other || strength(one) > strength(other)) held.set(one.name, one)
  }
  return {
    held: new Map([...held].sort(([a], [b]) => (a < b ? -1 : 1))),
    rejected: candidates.filter((one) => held.get(one.name) !== one),
  }
}

function switchedOn(
  { program, config, stays, said }: Given,
  held: ReadonlyMap<string, Candidate>,
  counts: (name: string) => Description | undefined,
): Set<string> {
  const decided = (name: string): boolean | undefined =>
    program.get(name) ??
    config.plugins?.findLast((one) => one.name === name && one.enabled !== undefined)?.enabled
  const on = new Set<string>()
  for (const [name, one] of held) {
    const whole = one.description && one.hasEntry
    const stay = whole ? undefined : stays.get(name)
    const says =
      stay && said?.has(one.folder) ? said.get(one.folder) : (stay?.description ?? one.description)?.enabled
    const byDefault = config.unusable ? false : (says ?? (config.unlisted ?? 'on') === 'on')
    if (decided(name) ?? byDefault) on.add(name)
  }
  // A set grows while it is walked.
  for (const name of on)
    for (const need of Object.keys(counts(name)?.dependencies ?? {}))
      if (held.has(need) && decided(need) === undefined) on.add(need)
  return on
}

function circles(held: ReadonlyMap<string, Candidate>, stays: Given['stays']): Set<string> {
  return inCircles(new Set(held.keys()), (name) => {
    const newest = Object.keys(held.get(name)!.description?.dependencies ?? {})
    return [...newest, ...Object.keys(stays.get(name)?.description.dependencies ?? {})]
  })
}

/** Those who lead back to themselves. */
function inCircles(names: ReadonlySet<string>, needs: (name: string) => readonly string[]): Set<string> {
  const found = new Set<string>()
  for (const name of names) {
    const reached = new Set(needs(name).filter((one) => names.has(one)))
    for (const one of reached) for (const next of needs(one)) if (names.has(next)) reached.add(next)
    if (reached.has(name)) found.add(name)
  }
  return found
}

function usedBy(active: ReadonlySet<string>, of: (name: string) => Description): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>()
  for (const name of active) {
    const { dependencies, optionalDependencies } = of(name)
    const optional = Object.entries(optionalDependencies).filter(
      ([other, range]) => active.has(other) && fits(of(other).version, range),
    )
    edges.set(name, new Set([...Object.keys(dependencies), ...optional.map(([other]) => other)]))
  }
  const reaches = (from: string, to: string): boolean => {
    const reached = new Set([from])
    for (const one of reached) for (const next of edges.get(one)!) reached.add(next)
    return reached.has(to)
  }
  // Of a circle, what is optional is left out.
  const closing = [...edges].flatMap(([name, to]) =>
    [...to]
      .filter((other) => !(other in of(name).dependencies) && reaches(other, name))
      .map((other) => [name, other] as const),
  )
  for (const [name, other] of closing) edges.get(name)!.delete(other)
  return edges
}

/** By name, each after what it needs. */
function inOrder(names: ReadonlySet<string>, uses: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const ordered = new Set<string>()
  const take = (name: string): void => {
    if (ordered.has(name)) return
    for (const one of [...uses.get(name)!].sort()) take(one)
    ordered.add(name)
  }
  for (const name of names) take(name)
  return [...ordered]
}

function fits(version: string, range: string): boolean {
  return range === '*' || range.replace('^', '').split('.')[0] === version.split('.')[0]
}
