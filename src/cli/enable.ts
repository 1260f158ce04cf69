import type { Command } from 'commander'
import { toggleCommand } from './toggle/toggle-command.ts'

/** `plugbay enable`. */
export function enableCommand(): Command {
  return toggleCommand(true)
}
