import { resolve } from 'node:path'
import { enabledPlugins } from './decide/enabled-plugins.ts'
import { createConfigJudge, unusableConfig } from './decide/judge-config.ts'
import { createMetadataJudge } from './decide/judge-metadata.ts'
import { createSettingsJudge } from './decide/judge-settings.ts'
import { decideWanted } from './decide/wanted.ts'
import type { Config, Verdict, Wanted } from './model/decision.ts'
import type { FolderFacts } from './model/facts.ts'
import type { Problem } from './model/problem.ts'
import { readConfigText } from './read/config-text.ts'
import { disk } from './read/disk.ts'
import { Folders } from './read/folders.ts'
import { realClock } from './read/real-clock.ts'
import { readSchemas } from './read/schemas.ts'
import { version } from './read/version.ts'

export interface SurveyOptions {
  /** The plugins folder. */
  readonly dir: string
  /** The config file. */
  readonly config: string
  /** What the config file is taken to hold, whatever is in it. */
  readonly configText?: string | undefined
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

/**
 * Reads and decides what a start would, by the same rules, and runs nothing: no code of a plugin, no compiler, no
 * watcher.
 */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const { dir, config: file, configText: text, env = process.env } = options
  const directory = resolve(dir)
  const configFile = resolve(file)
  const folders = new Folders({
    directories: [directory],
    extra: [],
    settle: 0,
    files: disk,
    clock: realClock,
  })
  await folders.look()
  const schemas = readSchemas()
  const judged = createConfigJudge(schemas)(
    text === undefined ? readConfigText(configFile) : { kind: 'text', path: configFile, text },
  )
  const config = 'config' in judged ? judged.config : unusableConfig(configFile)
  const judge = createMetadataJudge(schemas, { plugbay: version, node: process.versions.node })
  const judgeSettings = createSettingsJudge()
  const ofSettings: Problem[] = []
  const wanted = decideWanted({
    candidates: [...folders.known.values()].map(judge),
    running: new Map(),
    config,
    enabledPlugins: enabledPlugins(env['ENABLED_PLUGINS']),
    program: new Map(),
    failed: new Map(),
    settings: (candidate) => {
      const judgement = judgeSettings(candidate, config.entries.get(candidate.name)?.settings, undefined)
      if ('problems' in judgement) ofSettings.push(...judgement.problems)
      return judgement
    },
    incompleteIsInvalid: () => true,
  })
  const verdicts = [...wanted.verdicts.values(), ...wanted.rejected]
  const problems = [
    ...('problems' in judged ? judged.problems : config.problems),
    ...folders.problems,
    ...wanted.problems,
    ...verdicts.flatMap((verdict) => problemsOf(verdict, ofSettings)),
  ]
  return { directory, configFile, config, wanted, facts: folders.known, problems: [...new Set(problems)] }
}

function problemsOf({ name, problem, candidate }: Verdict, ofSettings: readonly Problem[]): Problem[] {
  const own = [...candidate.problems, ...ofSettings.filter(({ plugin }) => plugin === name)]
  if (!problem) return own
  // What is a warning of a folder by itself can be why its plugin does not run.
  return [problem, ...own.filter(({ code, severity }) => code !== problem.code || severity === 'error')]
}
