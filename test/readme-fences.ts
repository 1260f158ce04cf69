import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** One fenced block of a Markdown file. */
export interface Fence {
  /** The `## ` heading above it. */
  readonly section: string
  /** The words in bold that begin the paragraph above it; empty without. */
  readonly title: string
  readonly language: string
  readonly text: string
  /** A path in bold on the line above: the block is a file of that name. */
  readonly path: string | undefined
  /** What the block prints: the `text` block that follows an `sh` block. */
  readonly prints: string | undefined
  /** From 1. */
  readonly line: number
}

/** The root of the repository. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** A Markdown file of the repository. */
export function markdown(file: string): string {
  return readFileSync(`${root}/${file}`, 'utf8')
}

/** The fenced blocks of a Markdown text. */
export function fencesOf(text: string): Fence[] {
  const found: Fence[] = []
  const lines = text.split('\n')
  let section = ''
  let title = ''
  let above = ''
  for (let i = 0; i < lines.length; i += 1) {
    const line = lines[i]!
    const language = /^```(\w*)/.exec(line)?.[1]
    if (language === undefined) {
      if (line.startsWith('## ')) section = line.slice(3)
      if (line.trim() !== '') above = line
      title = /^\*\*([^*`]+?)\.?\*\*/.exec(line)?.[1] ?? (line.startsWith('#') ? '' : title)
      continue
    }
    const end = lines.indexOf('```', i + 1)
    const content = `${lines.slice(i + 1, end).join('\n')}\n`
    const path = /^\*\*`([^`]+)`\*\*$/.exec(above)?.[1]
    const last = found.at(-1)
    if (language === 'text' && above === '```sh') found[found.length - 1] = { ...last!, prints: content }
    else found.push({ section, title, language, text: content, path, prints: undefined, line: i + 1 })
    above = line
    i = end
  }
  return found
}

/** The rows of the table that has such a head, as cells; code marks are kept. */
export function rowsOf(text: string, head: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${head}`))
  if (start === -1) throw new Error(`no table begins with | ${head}`)
  const rows: string[][] = []
  for (let i = start + 2; lines[i]?.startsWith('|'); i += 1) {
    rows.push(
      lines[i]!.split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  }
  return rows
}

/** All names in code marks in the first cells of a table; of a call, its name. */
export function namesOf(text: string, head: string): string[] {
  return rowsOf(text, head).flatMap(([first = '']) =>
    [...first.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.replace(/\(.*$/s, '')),
  )
}
