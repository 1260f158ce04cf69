import type { Problem } from '../../model/problem.ts'
import { folderArguments } from '../folder-options.ts'
import type { FolderOptions } from '../folder-options.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Says how much is wrong, and which command says what. Nothing if all is well. */
export function problemsNote(problems: readonly Problem[], options: FolderOptions, notes: Terminal): void {
  if (problems.length === 0) return
  const counted = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  notes.print(notes.paint('soft', `${counted}: plugbay check${folderArguments(options)}`))
}
