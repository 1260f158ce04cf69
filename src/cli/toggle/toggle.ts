import { readFileSync } from 'node:fs'
import type { ConfigEdit } from '../../act/edit-config.ts'
import { messageOf } from '../../act/message-of.ts'
import { setEnabled } from '../../act/set-enabled.ts'
import type { Problem } from '../../model/problem.ts'
import { survey } from '../../survey.ts'
import type { Survey } from '../../survey.ts'
import type { FolderOptions } from '../folder-options.ts'
import { problemLines } from '../problems/problem-lines.ts'
import { unknownNames } from '../problems/unknown-names.ts'
import { terminal } from '../terminal/terminal.ts'
import { toggleReport } from './toggle-report.ts'
import { toggleSteps } from './toggle-steps.ts'

/** What `plugbay enable` and `plugbay disable` are asked for. */
export interface ToggleOptions extends FolderOptions {
  readonly enabled: boolean
  readonly withDependencies: boolean
  readonly dryRun: boolean
  readonly force: boolean
  readonly json: boolean
}

/**
 * Writes into the config file whether plugins are on, and says what that changes.
 * @returns the exit code: 0, or 1 if the file is broken or cannot be written; text is what was wrong with the usage
 */
export async function toggle(names: readonly string[], options: ToggleOptions): Promise<number | string> {
  const before = await survey(options)
  const notes = terminal(process.stderr, process.env)
  const complain = (problem: Problem): void => notes.print(problemLines(problem, process.cwd(), notes))
  const broken = brokenConfig(before)
  if (broken.length > 0) {
    for (const problem of broken) complain(problem)
    notes.print('Nothing was written.')
    return 1
  }
  const refusal = unknownNames(names, before, options.force)
  if (refusal !== undefined) return refusal

  const steps = toggleSteps({ ...options, names }, before.wanted, before.config)
  const changed = new Set<string>()
  const edit = (held: string | undefined): string => {
    changed.clear()
    let text = held
    for (const { name, write } of steps) {
      if (!write) continue
      const edited = setEnabled(text, name, options.enabled)
      if (edited !== text) changed.add(name)
      text = edited
    }
    return text ?? ''
  }
  let written: ConfigEdit
  try {
    written = options.dryRun ? rehearsed(before.configFile, edit) : await rewritten(before.configFile, edit)
  } catch (cause) {
    complain(unwritten(before.configFile, cause))
    return 1
  }
  const after = await survey({ ...options, configText: written.after })
  await toggleReport({ options, steps, changed, written, before, after })
  return 0
}

/** What is wrong with the config file itself; an empty one can be filled. */
function brokenConfig({ configFile, problems }: Survey): Problem[] {
  const found = problems.filter(
    ({ file, plugin, severity }) => file === configFile && plugin === undefined && severity === 'error',
  )
  return found.length > 0 && isBlank(configFile) ? [] : found
}

function isBlank(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').trim() === ''
  } catch {
    return false
  }
}

/** Locks and temporary names need a part of Node.js that takes its time to load. */
async function rewritten(file: string, edit: (text: string | undefined) => string): Promise<ConfigEdit> {
  const { editConfig } = await import('../../act/edit-config.ts')
  return editConfig(file, edit)
}

function rehearsed(file: string, edit: (text: string | undefined) => string): ConfigEdit {
  let before: string | undefined
  try {
    before = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
  return { before, after: edit(before) }
}

function unwritten(file: string, cause: unknown): Problem {
  return {
    code: 'ERR_PLUGIN_CONFIG_WRITE',
    severity: 'error',
    file,
    message: `It could not be written: ${messageOf(cause)}. Nothing was changed.`,
    hint: hintFor(cause),
    cause,
  }
}

function hintFor(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException | undefined)?.code) {
    case 'EACCES':
    case 'EPERM':
      return 'Let this user write the file and its folder: a new file takes its place, under a lock beside it.'
    case 'EROFS':
      return 'It is on a read-only file system. Change it where it comes from, or name another with --config.'
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk is full. Make room and try again.'
    case undefined:
    default:
      return 'Try again; see which other program has the file.'
  }
}
