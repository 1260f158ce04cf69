export { createPluginManager } from './manager.ts'
export type { PluginManager } from './manager.ts'
export { definePlugin } from './model/define-plugin.ts'
export { CODES, isPluginError, PluginError } from './model/problem.ts'
export type { Problem, ProblemCode } from './model/problem.ts'
export type { ManagerOptions, PluginOption, Timeouts, WatchOptions } from './model/options.ts'
export type {
  DisposableLike,
  Disposer,
  EmitterLike,
  HostContext,
  Logger,
  PluginContext,
  PluginDefinition,
  Previous,
  Scope,
} from './model/plugin.ts'
export type { Metadata } from './model/metadata.ts'
export type { Decision, DecisionSource, Opinion } from './model/decision.ts'
export type { Plan } from './model/plan.ts'
export type {
  HttpSnapshot,
  ManagerEvents,
  PluginSnapshot,
  PluginState,
  Report,
  Route,
  SnapshotAdditions,
} from './model/snapshot.ts'
export type { Code, Evaluated, OwnedTimers, PluginFiles, Prepared } from './model/code.ts'
export type { FileFact, FolderFacts, TextFact } from './model/facts.ts'
export type {
  Clock,
  CodeLoader,
  ConfigStore,
  FileSource,
  FileStat,
  FolderEntry,
  Hints,
  HintSource,
  HintWatcher,
  LoaderOptions,
  System,
  WatchRequest,
} from './model/system.ts'
