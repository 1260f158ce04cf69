import type { Verdict } from '../../model/decision.ts'
import type { Tone } from './terminal.ts'

/** What becomes of a plugin, as a colour. */
export const VERDICT_TONES: Readonly<Record<Verdict['state'], Tone>> = {
  on: 'good',
  off: 'soft',
  blocked: 'odd',
  invalid: 'bad',
  incomplete: 'bad',
}
