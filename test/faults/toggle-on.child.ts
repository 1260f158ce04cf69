// Edits a config file until somebody ends it: argv is the file. Says once that it has begun.
import { editConfig } from '#src/act/edit-config.js'
import { setEnabled } from '#src/act/set-enabled.js'

const [path = ''] = process.argv.slice(2)
for (let turn = 0; ; turn += 1) {
  await editConfig(path, (text) => setEnabled(text, `p${turn % 7}`, turn % 2 === 0))
  if (turn === 0) process.stdout.write('begun')
}
