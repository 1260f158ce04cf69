import { enabledPlugins } from '../decide/enabled-plugins.ts'
import { createConfigJudge } from '../decide/judge-config.ts'
import { createMetadataJudge } from '../decide/judge-metadata.ts'
import { createSettingsJudge } from '../decide/judge-settings.ts'
import type { Problem } from '../model/problem.ts'
import type { CodeLoader } from '../model/system.ts'
import { Folders } from '../read/folders.ts'
import { readSchemas } from '../read/schemas.ts'
import { version } from '../read/version.ts'
import { ConfigFile } from './config-file.ts'
import { Engine } from './engine.ts'
import type { EngineOptions } from './engine.ts'
import { objectPlugins } from './object-plugins.ts'
import type { Settings } from './settings.ts'

/** What the rooms report while they work. */
export interface RoomReports extends Pick<EngineOptions, 'onState' | 'onPlan'> {
  readonly onProblem: (problem: Problem) => void
  /** Somebody asks for another attempt to start a plugin. */
  readonly retry: (plugin: string) => void
  /** Aborted when the manager closes. */
  readonly closing: AbortSignal
}

/** The rooms of one manager: what reads, what loads, and the engine that leads from the one to the other. */
export interface Rooms {
  readonly config: ConfigFile
  readonly folders: Folders
  readonly loader: CodeLoader
  readonly engine: Engine
}

/** Puts the rooms together as the settings say. Nothing is read before the first look. */
export function wireRooms(
  settings: Settings,
  { onState, onPlan, onProblem, retry, closing }: RoomReports,
): Rooms {
  const { context, timeouts, log, hostVersion: host, plugins, system } = settings
  const { files, clock } = system
  const { node } = process.versions
  const schemas = readSchemas()
  const folders = new Folders({
    directories: settings.directories,
    extra: plugins.flatMap(({ path }) => path ?? []),
    settle: settings.settle,
    files,
    clock,
  })
  const loader = system.loader({
    cacheDirectory: settings.cacheDirectory,
    owner: (path) => engine.owner(path),
    onProblem,
  })
  const engine = new Engine({
    folders,
    files,
    clock,
    loader,
    host: { context, timeouts, log, clock, closing, onProblem, retry },
    judge: createMetadataJudge(schemas, { plugbay: version, node, ...(host !== undefined && { host }) }),
    judgeSettings: createSettingsJudge(),
    enabledPlugins: enabledPlugins(settings.enabledPlugins),
    objects: objectPlugins(plugins),
    watched: settings.watch,
    onState,
    onPlan,
  })
  for (const { name, enabled, settings: own } of plugins) {
    engine.instruct(name, {
      ...(enabled !== undefined && { enabled }),
      ...(own && { settings: own }),
      because: 'the plugins option',
    })
  }
  const config = new ConfigFile(settings.config, createConfigJudge(schemas), system)
  return { config, folders, loader, engine }
}
