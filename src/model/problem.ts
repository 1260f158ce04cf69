/**
 * Every code a {@link Problem} or a {@link PluginError} can carry, with what it means in one sentence.
 * `README.md` has one row for each; a test holds the two together.
 */
export const CODES = {
  ERR_PLUGIN_FILE_TOO_LARGE: 'metadata.json or the config file is larger than 64 KiB (config: 1 MiB).',
  ERR_PLUGIN_FILE_ENCODING: 'A JSON file is not UTF-8.',
  ERR_PLUGIN_FILE_UNREADABLE: 'A file or folder cannot be read.',
  ERR_PLUGIN_FOLDER_LIMIT: 'A plugin folder has more than 5,000 files or is over 16 deep (warning).',
  ERR_PLUGIN_JSON_SYNTAX: 'A JSON file does not parse.',
  ERR_PLUGIN_KEY_FORBIDDEN: 'A JSON file has a key such as `__proto__` or `constructor`.',
  ERR_PLUGIN_KEY_DUPLICATE: 'A JSON object names one key twice (warning).',
  ERR_PLUGIN_KEY_UNKNOWN: 'A JSON file has a key that plugbay does not know (warning).',
  ERR_PLUGIN_METADATA_INVALID: 'A value in metadata.json is missing or of the wrong kind.',
  ERR_PLUGIN_CONFIG_INVALID: 'A value in plugins.config.json is missing or of the wrong kind.',
  ERR_PLUGIN_CONFIG_MISSING:
    'The config file was deleted while plugbay runs (warning): the last good one stays.',
  ERR_PLUGIN_CONFIG_WRITE: 'The config file could not be written.',
  ERR_PLUGIN_SETTINGS_SCHEMA: 'The `settings` schema in metadata.json is not a valid JSON Schema.',
  ERR_PLUGIN_SETTINGS_INVALID: "A plugin's settings do not match its schema.",
  ERR_PLUGIN_NAME_INVALID: 'The plugin name breaks the naming rules or is reserved.',
  ERR_PLUGIN_NAME_MISMATCH: 'The folder is not named like the plugin (warning).',
  ERR_PLUGIN_NAME_TAKEN: 'Two folders carry one plugin name.',
  ERR_PLUGIN_NOT_FOUND:
    'The config, the environment or the program names a plugin that is not there (warning).',
  ERR_PLUGIN_ENTRY_MISSING: 'The plugin has no entry file.',
  ERR_PLUGIN_ENTRY_OUTSIDE: 'The entry leads out of the plugin folder.',
  ERR_PLUGIN_ENGINE: 'The plugin asks for another plugbay, host or Node version.',
  ERR_PLUGIN_DEPENDENCY_MISSING: 'A plugin that must be active first is not there.',
  ERR_PLUGIN_DEPENDENCY_VERSION: 'A dependency is there in a version out of range.',
  ERR_PLUGIN_DEPENDENCY_OFF: 'A dependency was turned off.',
  ERR_PLUGIN_DEPENDENCY_INVALID: 'A dependency is there, but its files are invalid.',
  ERR_PLUGIN_DEPENDENCY_FAILED: 'A dependency failed to start.',
  ERR_PLUGIN_DEPENDENCY_CYCLE: 'Plugins depend on each other in a circle.',
  ERR_PLUGIN_DEPENDENCY_DEPTH: 'The chain of dependencies is deeper than can be ordered.',
  ERR_PLUGIN_SYNTAX: 'The code does not parse.',
  ERR_PLUGIN_IMPORT_MISSING: 'An import cannot be resolved.',
  ERR_PLUGIN_IMPORT_CROSS: "A plugin imports another plugin's files by path.",
  ERR_PLUGIN_LOAD: 'The code threw while it was evaluated.',
  ERR_PLUGIN_LOAD_TIMEOUT: 'A top-level `await` did not settle in time.',
  ERR_PLUGIN_EXPORTS: 'The entry exports no `activate`.',
  ERR_PLUGIN_CONTEXT: "The host's `context` function threw.",
  ERR_PLUGIN_ACTIVATE: '`activate` threw or rejected.',
  ERR_PLUGIN_ACTIVATE_TIMEOUT: '`activate` did not settle in time.',
  ERR_PLUGIN_DEACTIVATE: '`deactivate` threw or rejected (warning).',
  ERR_PLUGIN_DEACTIVATE_TIMEOUT: '`deactivate` did not settle in time (warning).',
  ERR_PLUGIN_DISPOSE: 'A disposer threw or rejected (warning).',
  ERR_PLUGIN_DISPOSE_TIMEOUT: 'A disposer did not settle in time (warning).',
  ERR_PLUGIN_DRAIN_TIMEOUT: 'Calls in flight did not finish within the drain limit (warning).',
  ERR_PLUGIN_PUBLISH: "The host's `onPublish` callback threw (warning).",
  ERR_PLUGIN_LATE_EFFECT: 'Something was registered on a generation that had already ended (warning).',
  ERR_PLUGIN_ROLLBACK: 'Neither the new nor the old generation could be started.',
  ERR_PLUGIN_UNHANDLED: 'A rejection or an exception that nobody caught came from this plugin.',
  ERR_PLUGIN_RESTART_REQUIRED: 'The change waits for a restart of the process (warning).',
  ERR_PLUGIN_RELOAD_STORM: 'The plugin writes what it is reloaded for each time that it starts (warning).',
  ERR_PLUGIN_DIRECTORY: 'The plugins folder is missing or unreadable.',
  ERR_PLUGIN_WATCH: 'The system refuses to watch or tells of no change; plugbay looks more often (warning).',
  ERR_PLUGIN_CACHE: 'The cache folder cannot be used (warning).',
  ERR_PLUGIN_NAME_UNKNOWN: 'Misuse: no plugin of that name.',
  ERR_PLUGIN_UNDECLARED: 'Misuse: `ctx.plugin()` on a plugin that metadata.json does not name.',
  ERR_PLUGIN_OPTIONS: 'Misuse: an option is of the wrong kind.',
  ERR_PLUGIN_STARTED: 'Misuse: `start()` was called twice.',
  ERR_PLUGIN_CLOSED: 'Misuse: the manager is closed.',
  ERR_PLUGIN_REENTRANT:
    'Misuse: a plugin awaits a transition from inside its own `activate` or `deactivate`.',
} as const

/** One of the keys of {@link CODES}. */
export type ProblemCode = keyof typeof CODES

/** Something that is wrong, as data. Problems are collected and shown; they are never thrown. */
export interface Problem {
  readonly code: ProblemCode
  /** `error`: something does not run as wanted. `warning`: it runs, and somebody should know. */
  readonly severity: 'error' | 'warning'
  /** The plugin's name, or its folder's when the name could not be read. */
  readonly plugin?: string
  /** Absolute path. */
  readonly file?: string
  /** From 1. */
  readonly line?: number
  /** From 1. */
  readonly column?: number
  readonly message: string
  /** What to do about it. */
  readonly hint: string
  /** What was thrown, where something was. */
  readonly cause?: unknown
}

const brand = Symbol.for('plugbay.PluginError')

/**
 * Thrown for misuse of plugbay's own API, and collected into an `AggregateError` under `strict: true`.
 * Use {@link isPluginError}, not `instanceof`: a reloaded plugin may hold another copy of this class.
 */
export class PluginError extends Error {
  override readonly name = 'PluginError'
  readonly code: ProblemCode
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.message} ${problem.hint}`, { cause: problem.cause })
    this.code = problem.code
    this.problem = problem
    Object.defineProperty(this, brand, { value: true })
  }
}

/** True for a {@link PluginError} of any copy of plugbay in the process. */
export function isPluginError(value: unknown): value is PluginError {
  return typeof value === 'object' && value !== null && brand in value
}
