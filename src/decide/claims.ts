import type { Candidate, Verdict } from '../model/decision.ts'
import type { RunningFact } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import { clause } from './clause.ts'

export interface Claims {
  /** Who has which name; sorted by name. */
  readonly held: ReadonlyMap<string, Candidate>
  /** Who came second. */
  readonly rejected: readonly Verdict[]
}

/**
 * Gives each name to one candidate: to the folder that runs under it, else to the first by the folder's own name,
 * then by its path. A folder whose metadata.json cannot be read claims the name that it runs under, if it runs, and
 * otherwise yields to one that can be read. The same whatever order the candidates come in.
 */
export function claims(candidates: Iterable<Candidate>, running: ReadonlyMap<string, RunningFact>): Claims {
  const claimed = new Map<string, Candidate>()
  const losers: { readonly name: string; readonly candidate: Candidate }[] = []
  const all = [...candidates]
  let names: ReadonlyMap<string, string> | undefined
  for (const candidate of all) {
    let name = candidate.name
    if (candidate.metadata === undefined && candidate.directory !== '') {
      names ??= runningNames(all, running)
      name = names.get(candidate.directory) ?? name
    }
    const holder = claimed.get(name)
    if (holder === undefined) {
      claimed.set(name, candidate)
    } else if (comesBefore(candidate, holder, running.get(name)?.directory)) {
      claimed.set(name, candidate)
      losers.push({ name, candidate: holder })
    } else {
      losers.push({ name, candidate })
    }
  }
  const held = new Map<string, Candidate>()
  for (const name of [...claimed.keys()].sort()) {
    const candidate = claimed.get(name)
    if (candidate !== undefined) held.set(name, candidate)
  }
  const rejected = losers
    .sort((a, b) => (comesBefore(a.candidate, b.candidate, undefined) ? -1 : 1))
    .map(({ name, candidate }) => reject(name, candidate, held.get(name)))
  return { held, rejected }
}

/**
 * By folder: under which name it runs, or was to run, had it started. Two may run from one, when it was renamed and the
 * older of them counts as it runs while another folder that has its name cannot: then it is that one's no more.
 */
function runningNames(
  candidates: readonly Candidate[],
  running: ReadonlyMap<string, RunningFact>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const isElsewhere = (name: string, directory: string): boolean =>
    candidates.some((one) => one.name === name && one.directory !== directory)
  for (const { name, directory } of running.values()) {
    const other = names.get(directory)
    if (other !== undefined) {
      const [mine, theirs] = [isElsewhere(name, directory), isElsewhere(other, directory)]
      if (mine === theirs ? name > other : mine) continue
    }
    names.set(directory, name)
  }
  for (const { name, newest } of running.values())
    if (newest !== undefined && !names.has(newest)) names.set(newest, name)
  return names
}

function comesBefore(one: Candidate, other: Candidate, running: string | undefined): boolean {
  if (one.directory !== other.directory) {
    if (one.directory === running) return true
    if (other.directory === running) return false
  }
  if ((one.metadata === undefined) !== (other.metadata === undefined)) return one.metadata !== undefined
  const [first, second] = [folderName(one), folderName(other)]
  return first === second ? one.directory < other.directory : first < second
}

function folderName(candidate: Candidate): string {
  return candidate.directory.replace(/^.*[/\\]/, '')
}

function reject(name: string, candidate: Candidate, holder: Candidate | undefined): Verdict {
  const own = candidate.problems.find((problem) => problem.severity === 'error')
  const problem = candidate.metadata === undefined && own !== undefined ? own : taken(name, candidate, holder)
  return {
    name,
    state: 'invalid',
    candidate,
    because: clause(problem.message),
    problem,
    kept: false,
    dependencies: [],
    settings: {},
  }
}

function taken(name: string, candidate: Candidate, holder: Candidate | undefined): Problem {
  const place = (directory: string | undefined): string =>
    directory ? directory : 'an object in the program'
  return {
    code: 'ERR_PLUGIN_NAME_TAKEN',
    severity: 'error',
    plugin: name,
    ...(candidate.directory === '' ? {} : { file: `${candidate.directory}/metadata.json` }),
    message: `Two plugins are named ${name}: ${place(holder?.directory)} has the name, ${place(candidate.directory)} does not get it.`,
    hint: `Change "name" in one metadata.json, or remove one of the two.`,
  }
}
