import type { FileFact } from '../../model/facts.ts'

/** A plugin's folder, as it was last looked at. */
export interface PluginFiles {
  readonly name: string
  /** Absolute path as found. */
  readonly directory: string
  /** The same with links followed. */
  readonly real: string
  /** Relative to the folder. */
  readonly entry: string
  /** By path relative to the folder, with `/`. */
  readonly files: ReadonlyMap<string, FileFact>
}

/** True for what a program may contain: code, and JSON but for the plugin's own description. */
export function isCodeFile(name: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx|json|node)$/.test(name)
}
