import type { FileFact } from '../model/facts.ts'
import { shown } from './shown.ts'

const endings = ['ts', 'mts', 'js', 'mjs', 'cjs', 'cts']
const defaults: readonly string[] = ['plugin', 'index'].flatMap((base) =>
  endings.map((ending) => `${base}.${ending}`),
)
const code = /\.[cm]?[jt]s$/

/** By path relative to the folder, with `/`. */
type Files = ReadonlyMap<string, Pick<FileFact, 'size' | 'linked'>>

/** Where a plugin's code begins, or why that is not known. */
export type EntryChoice =
  | { readonly kind: 'found'; readonly entry: string }
  /** Not there, and perhaps not yet. */
  | { readonly kind: 'missing'; readonly message: string; readonly hint: string }
  /** `main` can't be meant, whatever files there are. */
  | { readonly kind: 'outside' | 'invalid'; readonly message: string; readonly hint: string }

/**
 * Chooses the entry file of a plugin.
 * @param main from metadata.json.
 */
export function chooseEntry(main: string | undefined, files: Files): EntryChoice {
  if (main !== undefined) return named(main, files)
  const entry = defaults.find((name) => files.has(name))
  if (entry !== undefined) return whole(entry, files)
  const codeFiles = [...files.keys()].filter(isCode)
  return {
    kind: 'missing',
    message: 'There is no entry file: no plugin.ts, plugin.js or the like, and no index of the same endings.',
    hint:
      codeFiles.length === 0
        ? 'The folder has no code yet. Add a plugin.ts or plugin.js.'
        : `Name one as \`main\` in metadata.json. ${thereIs(codeFiles)}`,
  }
}

function named(main: string, files: Files): EntryChoice {
  const lead = leadsOut(main)
  if (lead !== undefined) {
    const message = `\`main\` should be a file inside the plugin's folder, but ${shown(main)} ${lead}.`
    const hint =
      'Write a path relative to the folder, such as "src/plugin.ts"; an own package goes into node_modules.'
    return { kind: 'outside', message, hint }
  }
  if (main.includes('\\')) {
    const hint = `Write ${shown(main.replaceAll('\\', '/'))}.`
    return {
      kind: 'invalid',
      message: `\`main\` should separate folders by "/", but is ${shown(main)}.`,
      hint,
    }
  }
  const entry = main
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
  if (files.has(entry) && code.test(entry)) return whole(entry, files)
  const codeFiles = [...files.keys()].filter(isCode)
  if (!code.test(entry)) {
    const message = `\`main\` should be a file that ends in .ts, .mts, .cts, .js, .mjs or .cjs, but is ${shown(main)}.`
    return {
      kind: 'invalid',
      message,
      hint: codeFiles.length === 0 ? 'Name the file with the code.' : thereIs(codeFiles),
    }
  }
  return {
    kind: 'missing',
    message: `\`main\` names ${shown(entry)}, and there is no such file.`,
    hint: `${thereIs(codeFiles)} A folder that is a link does not count, nor what is in node_modules or begins with a dot.`,
  }
}

function whole(entry: string, files: Files): EntryChoice {
  const { size, linked } = files.get(entry)!
  if (linked === 'outside') {
    return {
      kind: 'outside',
      message: `The entry file ${shown(entry)} is a link that leads out of the plugin's folder.`,
      hint: 'Put the file itself there; or make the whole folder a link to one that has all of the plugin.',
    }
  }
  if (size > 0) return { kind: 'found', entry }
  return {
    kind: 'missing',
    message: `The entry file ${shown(entry)} is empty.`,
    hint: 'Export `activate` from it; if it is just being written, nothing is to be done.',
  }
}

/** How a path leads out of the folder: the end of a sentence. Compared part by part: `..2026/x.js` stays inside. */
function leadsOut(main: string): string | undefined {
  if (main.includes('\0')) return 'has a NUL character'
  if (/^[A-Za-z]:/.test(main)) return 'begins with a drive letter'
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(main)) return 'is a URL'
  if (/^[/\\]/.test(main)) return 'is absolute'
  if (main.split(/[/\\]/).includes('..')) return 'goes up by ".."'
  return undefined
}

function isCode(file: string): boolean {
  return code.test(file) && !/\.d\.[cm]?ts$/.test(file)
}

function thereIs(files: readonly string[]): string {
  if (files.length === 0) return 'The folder has no code file.'
  const shownFiles = files.slice(0, 8).map(shown).join(', ')
  return `There is ${shownFiles}${files.length > 8 ? ` and ${files.length - 8} more` : ''}.`
}
