// Turns plugins on, one `plugbay enable` after another: argv is what the names begin with, and how many there are.
import { enableCommand } from '#src/cli/enable.js'

const [letter = '', count = '0'] = process.argv.slice(2)
for (let at = 0; at < Number(count); at += 1) {
  await enableCommand().parseAsync([`${letter}${at}`, '--force'], { from: 'user' })
  if (process.exitCode !== 0) break
}
