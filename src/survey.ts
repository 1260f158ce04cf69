import { resolve } from 'node:path'
import { enabledPlugins } from './decide/enabled-plugins.ts'
import { createConfigJudge } from './decide/judge-config.ts'
import { createMetadataJudge } from './decide/judge-metadata.ts'
import { createSettingsJudge } from './decide/judge-settings.ts'
import { decideWanted } from './decide/wanted.ts'
import type { Config, Verdict, Wanted } from './model/decision.ts'
import type { FolderFacts } from './model/facts.ts'
import type { Problem } from './model/problem.ts'
import { Folders } from './read/folders.ts'
import { readSchemas } from './read/schemas.ts'
import { readText } from './read/text.ts'
import { version } from './read/version.ts'

export interface SurveyOptions {
  /** The plugins folder. */
  readonly dir: string
  /** The config file. */
  readonly config: string
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** What a start would find and decide. */
export interface Survey {
  /** Absolute. */
  readonly directory: string
  /** Absolute path of the config file, there or not. */
  readonly configFile: string
  readonly config: Config
  readonly wanted: Wanted
  /** What was seen of each plugin folder, by its absolute path. */
  readonly facts: ReadonlyMap<string, FolderFacts>
  /** Everything that is wrong: of no plugin first, then by plugin name. */
  readonly problems: readonly Problem[]
}

/** The config file may have this many bytes. */
const CONFIG_LIMIT = 1024 * 1024

/**
 * Reads and decides what a start would, by the same rules, and runs nothing: no code of a plugin, no compiler, no
 * watcher.
 */
export async function survey({ dir, config: file, env = process.env }: SurveyOptions): Promise<Survey> {
  const directory = resolve(dir)
  const configFile = resolve(file)
  const schemas = readSchemas()
  const folders = new Folders({ directories: [directory], extra: [], settle: 0 })
  await folders.look()
  const judge = createMetadataJudge(schemas, { plugbay: version, node: process.versions.node })
  const judged = createConfigJudge(schemas)(readText(configFile, CONFIG_LIMIT))
  // As at a start: nobody can say what a broken file turns off.
  const broken: Config = { path: configFile, entries: new Map(), unlisted: 'off', problems: [] }
  const config = 'config' in judged ? judged.config : broken
  const judgeSettings = createSettingsJudge()
  const wanted = decideWanted({
    candidates: [...folders.known.values()].map(judge),
    running: new Map(),
    config,
    enabledPlugins: enabledPlugins(env['ENABLED_PLUGINS']),
    program: new Map(),
    failed: new Map(),
    settings: (candidate) =>
      judgeSettings(candidate, config.entries.get(candidate.name)?.settings, undefined),
    incompleteIsInvalid: () => true,
  })
  const verdicts = [...wanted.verdicts.values(), ...wanted.rejected]
  const problems = [
    ...('problems' in judged ? judged.problems : config.problems),
    ...folders.problems,
    ...wanted.problems,
    ...verdicts.flatMap(problemsOf),
  ]
  return { directory, configFile, config, wanted, facts: folders.known, problems: [...new Set(problems)] }
}

function problemsOf({ problem, candidate }: Verdict): Problem[] {
  return problem ? [problem, ...candidate.problems] : [...candidate.problems]
}
