import type { Verdict } from '../model/decision.ts'
import { codeFiles, preparedIdentity } from './identity.ts'
import type { Intent } from './intent.ts'
import type { Roster } from './roster.ts'

/** What an attempt to start a plugin is made with: unless this differs, one that failed would fail again. */
export function attemptOf(verdict: Verdict, roster: Roster, intent: Intent): string {
  const facts = intent.facts(verdict)
  const generations = verdict.dependencies.map((name) => roster.slots.get(name)?.live?.sequence ?? 0)
  const identity = preparedIdentity(intent.files, roster.slots.get(verdict.name), verdict)?.text ?? ''
  return `${identity}|${generations.join()}|${facts ? codeFiles(facts) : ''}`
}
