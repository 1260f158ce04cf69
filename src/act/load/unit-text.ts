import { timerNames } from '../code.ts'
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { CompiledUnit, UnitExternal } from './unit-format.ts'

/** The first line of a unit: what the unit is, apart from its code. */
export interface UnitHeader {
  readonly format: 1
  /** Hash of everything after the first line. */
  readonly sha: string
  /** Hash of the code without its source map. */
  readonly code: string
  readonly async: boolean
  readonly inputs: readonly string[]
  readonly commonjs: boolean
  readonly externals: readonly UnitExternal[]
}

const mark = '//plugbay '
const mapMark = '\n//# sourceMappingURL=data:application/json;base64,'

/** The parameters of the function that a unit exports. */
export const unitParameters: readonly string[] = ['$bay', 'require', 'exports', 'module', ...timerNames]

/** Puts a unit into one text: a header line, the code as a function, and its source map. */
export function writeUnit(unit: CompiledUnit): { text: string; header: UnitHeader } {
  const { async, inputs, commonjs, externals } = unit
  const definitions = Object.entries(unit.definitions).map(([name, value]) => `${name}=${value}`)
  const body =
    `module.exports=((${unitParameters.join()})=>{` +
    (definitions.length === 0 ? '' : `const ${definitions.join()};`) +
    `return(${async ? 'async' : ''}()=>{"use strict";\n${unit.code}\n})})`
  const rest = body + mapMark + Buffer.from(absoluteMap(unit)).toString('base64')
  const header: UnitHeader = {
    format: 1,
    sha: hash('sha256', rest),
    code: hash('sha256', body),
    async,
    inputs,
    commonjs,
    externals,
  }
  return { text: `${mark}${JSON.stringify(header)}\n${rest}`, header }
}

/** Reads a unit's header. `undefined` for a text that is damaged, or of another format. */
export function readUnit(text: string): UnitHeader | undefined {
  const end = text.indexOf('\n')
  if (end === -1 || !text.startsWith(mark)) return undefined
  try {
    const header = JSON.parse(text.slice(mark.length, end)) as UnitHeader
    return header.format === 1 && header.sha === hash('sha256', text.slice(end + 1)) ? header : undefined
  } catch {
    return undefined
  }
}

/** The source map comment of a unit. */
export function unitMap(text: string): string {
  return text.slice(text.lastIndexOf(mapMark))
}

/** Moves the map down by the two lines that are put above the code, and names its sources by absolute URLs. */
function absoluteMap({ map: json, mapFolder }: CompiledUnit): string {
  const map = JSON.parse(json) as { mappings: string; sources: string[] }
  return JSON.stringify({
    ...map,
    sources: map.sources.map((source) => pathToFileURL(join(mapFolder, source)).href),
    mappings: `;;${map.mappings}`,
  })
}
