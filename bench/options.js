import { parseArgs } from 'node:util'

const usage = `npm --prefix bench run bench -- [options]

  --only edit,cold,http,memory          what to measure (all)
  --n 10,100,1000,5000                  numbers of plugins
  --kind commonjs,module,typescript     kinds of plugins
  --edits 60                            edits for each median of edit-to-live
  --repeat 5                            processes for each median of a cold start
  --quick                               --n 10,1000 --edits 20 --repeat 3
  --save                                write RESULTS.md although it is not a run of everything

A run of everything writes RESULTS.md; each run prints, and writes results/latest.json.
`

/** What the command line asks for. `save`: the results are worth keeping. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: 'string' },
      n: { type: 'string' },
      kind: { type: 'string' },
      edits: { type: 'string' },
      repeat: { type: 'string' },
      quick: { type: 'boolean' },
      save: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    process.stdout.write(usage)
    process.exit(0)
  }
  const { quick } = values
  return {
    only: list(values.only ?? 'edit,cold,http,memory'),
    counts: list(values.n ?? (quick ? '10,1000' : '10,100,1000,5000')).map(Number),
    kinds: list(values.kind ?? 'commonjs,module,typescript'),
    edits: Number(values.edits ?? (quick ? 20 : 60)),
    repeat: Number(values.repeat ?? (quick ? 3 : 5)),
    save: values.save ?? Object.keys(values).length === 0,
  }
}

function list(text) {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
