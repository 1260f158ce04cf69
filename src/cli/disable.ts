import type { Command } from 'commander'
import { toggleCommand } from './toggle/toggle-command.ts'

/** `plugbay disable`. */
export function disableCommand(): Command {
  return toggleCommand(false)
}
