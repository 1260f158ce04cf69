import type { Candidate } from '#src/model/decision.js'
import type { FolderFacts } from '#src/model/facts.js'
import type { Problem } from '#src/model/problem.js'
import { createMetadataJudge } from '#src/decide/judge-metadata.js'
import { readSchemas } from '#src/read/schemas.js'

export const versions = { plugbay: '0.4.0', host: '2.1.0', node: '22.0.0' }

const judge = createMetadataJudge(readSchemas(), versions)

/** The facts of `/plugins/<folder>` with one metadata.json; other files by their size. */
export function facts(
  text: string,
  {
    folder = 'hello',
    files = { 'plugin.js': 1 },
  }: { folder?: string; files?: Readonly<Record<string, number>> } = {},
): FolderFacts {
  const directory = `/plugins/${folder}`
  return {
    directory,
    real: directory,
    folder,
    metadata: { kind: 'text', path: `${directory}/metadata.json`, text },
    files: new Map(
      Object.entries(files).map(([file, size]) => [file, { size, mtimeMs: 0, ctimeMs: 0, ino: 1 }]),
    ),
    folders: new Map([['', '1:1']]),
    touchedMs: 0,
    codeTouchedMs: 0,
    racy: false,
    problems: [],
  }
}

export function judged(text: string, more?: Parameters<typeof facts>[1]): Candidate {
  return judge(facts(text, more))
}

/** Valid metadata of `hello` with these keys, one key a line, the first in line 4. */
export function metadata(keys: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ name: 'hello', version: '1.0.0', ...keys }, null, 1)
}

/** `error 4:10 ERR_…: message` for each. */
export function lines(problems: readonly Problem[]): readonly string[] {
  return problems.map(
    ({ severity, line, column, code, message }) => `${severity} ${line}:${column} ${code}: ${message}`,
  )
}
