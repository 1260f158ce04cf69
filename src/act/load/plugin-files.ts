export type { PluginFiles } from '../../model/code.ts'

/** True for what a program may contain: code, and JSON but for the plugin's own description. */
export function isCodeFile(name: string): boolean {
  return /\.(?:[cm]?[jt]s|[jt]sx|json|node)$/.test(name)
}
