import type { TextFact } from '../model/facts.ts'
import { readText } from './text.ts'

/** The config file may have this many bytes. */
const LIMIT = 1024 * 1024

/** Reads the config file as it is now. */
export function readConfigText(path: string): TextFact {
  return readText(path, LIMIT)
}
