import type { Command } from 'commander'

/** What every command is told of where to look. */
export interface FolderOptions {
  readonly dir: string
  readonly config: string
}

const DEFAULTS: FolderOptions = { dir: 'plugins', config: 'plugins.config.json' }

/** Gives a command `--dir` and `--config`. */
export function withFolderOptions(command: Command): Command {
  return command
    .option('--dir <folder>', 'the plugins folder', DEFAULTS.dir)
    .option('--config <file>', 'which plugins are on, and their settings', DEFAULTS.config)
}

/** The options that a command has to be given to look at the same place; empty at the usual one, else with a blank before. */
export function folderArguments(options: FolderOptions): string {
  return (['dir', 'config'] as const)
    .filter((name) => options[name] !== DEFAULTS[name])
    .map((name) => ` --${name} ${quoted(options[name])}`)
    .join('')
}

/** A word as a shell takes it for one. */
export function quoted(word: string): string {
  return /^[\w./,@%+:=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
