/** What a unit imports from outside the plugin's folder. */
export interface UnitExternal {
  /** How the unit's code calls it. */
  readonly key: string
  readonly specifier: string
  /** The file that imports it, relative to the plugin's folder. */
  readonly importer: string
  readonly attributes?: Readonly<Record<string, string>>
  /** The names that the code relies on. */
  readonly names: readonly string[]
  /** The code was made for exactly these names, not just for some of them. */
  readonly exact: boolean
}

/** What esbuild made of a plugin, before it is put into one text. */
export interface CompiledUnit {
  /** The body of the function that the unit is. */
  readonly code: string
  /** Source map of `code`, version 3. */
  readonly map: string
  /** The folder that the sources in the map are relative to. */
  readonly mapFolder: string
  /** The code has a top-level `await`. */
  readonly async: boolean
  /** Identifiers that the code uses, and what to define them as. */
  readonly definitions: Readonly<Record<string, string>>
  /** Own files whose text is in the code, relative to the plugin's folder. */
  readonly inputs: readonly string[]
  /** The code loads own CommonJS files, which are not in it. */
  readonly commonjs: boolean
  readonly externals: readonly UnitExternal[]
}
