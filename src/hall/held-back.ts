import type { GenerationParts } from '../act/generation.ts'
import type { Candidate, Wanted } from '../model/decision.ts'
import type { Plan } from '../model/plan.ts'
import type { Problem } from '../model/problem.ts'
import type { Slot } from './slot.ts'

/**
 * Plugins that can be loaded once a process only hold back every change that would restart them.
 * @returns the changed plugins that have to wait, and why
 */
export function heldBack(
  planned: Plan,
  wanted: Wanted,
  slots: ReadonlyMap<string, Slot>,
): Map<string, Problem> {
  const held = new Map<string, Problem>()
  for (const never of planned.restart.filter((name) => isOnce(slots.get(name)?.live?.parts))) {
    for (const root of planned.changed) {
      if (root !== never && !reaches(never, root, slots)) continue
      held.set(root, restartRequired(root, never, wanted.verdicts.get(root)!.candidate))
    }
  }
  return held
}

function reaches(name: string, dependency: string, slots: ReadonlyMap<string, Slot>): boolean {
  const queue = [name]
  const seen = new Set<string>()
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (next === dependency) return true
    if (seen.has(next)) continue
    seen.add(next)
    queue.push(...(slots.get(next)?.live?.parts.dependencies ?? []))
  }
  return false
}

function isOnce(parts: GenerationParts | undefined): boolean {
  return parts !== undefined && (parts.code.once === true || parts.candidate.metadata.reload === 'never')
}

function restartRequired(root: string, never: string, candidate: Candidate): Problem {
  return {
    code: 'ERR_PLUGIN_RESTART_REQUIRED',
    severity: 'warning',
    plugin: root,
    file: candidate.directory,
    message:
      root === never
        ? `${root} changed, and can only be loaded once a process (reload: "never", or a native addon).`
        : `${root} changed; ${never} depends on it and can only be loaded once a process.`,
    hint: 'Restart the process to take the change; what runs keeps running.',
  }
}
