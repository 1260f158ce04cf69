/** `metadata.json` of a plugin, validated, with defaults filled in. */
export interface Metadata {
  readonly name: string
  readonly version: string
  readonly description?: string
  readonly author?: string
  readonly identifier?: string
  readonly license?: string
  readonly homepage?: string
  /** Plugins that must be active first, by name, with a semver range (`*` where none was given). */
  readonly dependencies: Readonly<Record<string, string>>
  /** Plugins that are started first if they are there. */
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly engines: { readonly plugbay?: string; readonly host?: string; readonly node?: string }
  /** Entry file, relative to the folder; without it `plugin.*`, then `index.*` is looked for. */
  readonly main?: string
  /** JSON Schema of the plugin's settings. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Globs of files, besides the code, whose change reloads the plugin. */
  readonly watch: readonly string[]
  readonly routes: { readonly prefix?: string }
  readonly reload: 'restart' | 'never'
  /** What holds when nothing stronger decides. Missing where the author did not write it: `unlisted` decides then. */
  readonly enabled?: boolean
}
