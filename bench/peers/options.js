import { parseArgs } from 'node:util'
import { contenders } from './contenders/index.js'
import { measures } from './measures/index.js'

const usage = `npm run bench:peers -- [options]

  --only ${measures.map(({ id }) => id).join(',')}
                                        what to measure (all)
  --peers ${contenders.map(({ id }) => id).join(',')}
                                        who is measured (all)
  --n 10,100,1000,5000                  numbers of plugins; edits up to 1,000
  --edits 6                             edits in each process
  --repeat 3                            processes of each kind
  --quick                               --n 10 --edits 3 --repeat 1, 100 reloads instead of 3,000
  --save                                write RESULTS.md, the charts and the README although it is not a run of everything:
                                        with what was not measured as it was, and its date
  --report                              measure nothing: write them from results/peers.json

A run of everything writes RESULTS.md, charts/*.svg and the README's summary; each run prints, and writes
results/peers.json.
`

/** What the command line asks for. `save`: the results are worth keeping. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      only: { type: 'string' },
      peers: { type: 'string' },
      n: { type: 'string' },
      edits: { type: 'string' },
      repeat: { type: 'string' },
      quick: { type: 'boolean' },
      save: { type: 'boolean' },
      report: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    process.stdout.write(usage)
    process.exit(0)
  }
  const { quick } = values
  const all = (list) => list.map(({ id }) => id)
  return {
    only: chosen(values.only, all(measures)),
    peers: chosen(values.peers, all(contenders)),
    sizes: list(values.n ?? (quick ? '10' : '10,100,1000,5000')).map(Number),
    edits: Number(values.edits ?? (quick ? 3 : 6)),
    repeat: Number(values.repeat ?? (quick ? 1 : 3)),
    survive: quick ? 100 : 3000,
    // In all processes together.
    loadReloads: quick ? 20 : 200,
    save: values.save ?? Object.keys(values).length === 0,
    everything: Object.keys(values).length === 0,
    report: values.report ?? false,
  }
}

function chosen(text, all) {
  const names = text === undefined ? all : list(text)
  const unknown = names.find((name) => !all.includes(name))
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${all.join(', ')}`)
  return names
}

function list(text) {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
