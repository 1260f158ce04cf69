import assert from 'node:assert/strict'
import { once } from 'node:events'
import { spawn, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { renderMermaid, validate } from '@probelabs/maid'
import { graphTree } from '#src/cli/graph/graph-tree.js'
import { terminal } from '#src/cli/terminal/terminal.js'
import type { Graph, GraphPlugin } from '#src/cli/graph/graph-of.js'
import { folder, MAIN, until } from '../process/running.js'
import { conforming, execute, metadata, missing, plugbay } from './plugbay.js'

const plugin = (name: string, more: object = {}): Record<string, string> => ({
  [`plugins/${name}/metadata.json`]: metadata(name, more),
  // Ends the process in which it runs.
  [`plugins/${name}/plugin.js`]: 'process.exit(99)\n',
})
/** A folder name that every format has to escape. */
const ODD = 'we"ird & <b>#;\\N'

const all = {
  ...plugin('app', {
    dependencies: { 'db.main': '^1', ui_kit: '*' },
    optionalDependencies: ['mail-er', 'ghost'],
  }),
  ...plugin('db.main', { version: '1.4.0', dependencies: ['log'] }),
  ...plugin('ui_kit', { version: '2.0.0-beta.1', dependencies: ['db.main'] }),
  ...plugin('mail-er', { enabled: false }),
  ...plugin('log'),
  ...plugin('a', { dependencies: ['b'] }),
  ...plugin('b', { dependencies: ['a', 'log'] }),
  ...plugin('end', { dependencies: ['a', 'gone'] }),
  ...plugin('self', { dependencies: ['self'] }),
  [`plugins/${ODD}/metadata.json`]: '{ nope',
}

test('the tree shows what each needs: optional, missing, met before, and in a circle', async (t) => {
  const { code, out, err } = await plugbay(await folder(t, all), ['graph'])
  assert.deepEqual(out.split('\n'), [
    'app 1.0.0  on',
    '├─ db.main 1.4.0  on',
    '│  └─ log 1.0.0  on',
    '├─ ghost  missing (optional)',
    '├─ mail-er 1.0.0  off (optional)  metadata.json says enabled: false',
    '└─ ui_kit 2.0.0-beta.1  on',
    '   └─ db.main 1.4.0  on (above)',
    'end 1.0.0  blocked  needs gone, which is not there',
    '├─ a 1.0.0  blocked  depends on itself: a -> b -> a',
    '│  └─ b 1.0.0  blocked  depends on itself: a -> b -> a',
    '│     ├─ a 1.0.0  blocked (circle)',
    '│     └─ log 1.0.0  on',
    '└─ gone  missing',
    'self 1.0.0  blocked  depends on itself: self -> self',
    '└─ self 1.0.0  blocked (circle)',
    `${ODD}  invalid  "nope" is not JSON`,
    '',
  ])
  assert.match(err, /^\d+ problems: plugbay check\n$/)
  assert.equal(code, 1)
})

test('of a circle that nobody needs one stands at the left, and all is shown', async (t) => {
  const cwd = await folder(t, {
    ...plugin('all', {}),
    ...plugin('x', { dependencies: ['y', 'all'] }),
    ...plugin('y', { optionalDependencies: ['x'] }),
  })
  const { code, out, err } = await plugbay(cwd, ['graph'])
  assert.equal(out, 'x 1.0.0  on\n├─ all 1.0.0  on\n└─ y 1.0.0  on\n   └─ x 1.0.0  on (optional, circle)\n')
  assert.match(err, /^1 problem: plugbay check\n$/, 'a warning')
  assert.equal(code, 0)
})

test('--json has the published shape', async (t) => {
  const { out, code } = await plugbay(await folder(t, all), ['graph', '--json'])
  const graph = conforming<Graph>(out, 'cli-graph')
  assert.deepEqual(graph.roots, ['app', 'end', 'self', ODD])
  assert.deepEqual(graph.circles, [['a', 'b'], ['self']])
  const [a, app] = graph.plugins
  assert.deepEqual(a?.dependencies, [{ name: 'b', range: '*', optional: false, circle: true }])
  assert.deepEqual(app?.dependencies.slice(0, 2), [
    { name: 'db.main', range: '^1', optional: false, circle: false },
    { name: 'ghost', range: '*', optional: true, circle: false },
  ])
  assert.deepEqual(
    graph.plugins.filter(({ state }) => state === 'missing').map(({ name, version }) => ({ name, version })),
    [
      { name: 'ghost', version: null },
      { name: 'gone', version: null },
    ],
  )
  assert.equal(code, 1)
})

test('--mermaid is a flowchart that a parser of Mermaid takes, with every plugin and every arrow', async (t) => {
  const cwd = await folder(t, all)
  const { out } = await plugbay(cwd, ['graph', '--mermaid'])
  assert.deepEqual(validate(out), { type: 'flowchart', errors: [] })
  const { graph, errors } = renderMermaid(out)
  assert.deepEqual(errors, [])
  const labels = new Map(
    graph.nodes.map(({ id, label }) => [id, label.replace(/<br ?\/?>.*$/s, '').split(/[ \n]/)[0]]),
  )
  assert.deepEqual(
    [...labels.values()],
    ['a', 'app', 'b', 'db.main', 'end', 'ghost', 'gone', 'log', 'mail-er', 'self', 'ui_kit', 'we#34;ird'],
  )
  assert.deepEqual(
    graph.edges.map(({ source, target, label }) =>
      [labels.get(source), labels.get(target), label ?? ''].join(' '),
    ),
    [
      'a b circle',
      'app db.main ',
      'app ghost optional',
      'app mail-er optional',
      'app ui_kit ',
      'b a circle',
      'b log ',
      'db.main log ',
      'end a ',
      'end gone ',
      'self self circle',
      'ui_kit db.main ',
    ],
  )
  assert.match(out, /\["mail-er 1\.0\.0<br>off"\]/)
  assert.match(out, /\["we#34;ird #38; #60;b#62;#35;#59;#92;N<br>invalid"\]/)
})

test('--dot is a graph that graphviz draws, with every plugin and every arrow', async (t) => {
  const none = missing('dot')
  if (none) return t.skip(none)
  const cwd = await folder(t, all)
  const { out } = await plugbay(cwd, ['graph', '--dot'])
  const drawn = await execute('dot', ['-Tjson'], cwd, {}, out)
  assert.deepEqual([drawn.code, drawn.err.replace(/^.*(?:fontconfig|cairo|font).*\n/gim, '')], [0, ''])
  const { objects, edges } = JSON.parse(drawn.out) as {
    objects: { _gvid: number; name: string; label: string }[]
    edges: { tail: number; head: number; label?: string; style?: string }[]
  }
  const names = new Map(objects.map(({ _gvid, name }) => [_gvid, name]))
  assert.equal(names.size, 12)
  assert.deepEqual(
    edges
      .map(({ tail, head, label = '', style = '' }) =>
        [names.get(tail), names.get(head), label, style].join(' ').trimEnd(),
      )
      .sort(),
    [
      'a b circle',
      'app db.main',
      'app ghost optional dashed',
      'app mail-er optional dashed',
      'app ui_kit',
      'b a circle',
      'b log',
      'db.main log',
      'end a',
      'end gone',
      'self self circle',
      'ui_kit db.main',
    ],
  )
  const picture = await execute('dot', ['-Tsvg'], cwd, {}, out)
  assert.match(picture.out, />we&quot;ird &amp; &lt;b&gt;#;\\N</)
  assert.match(picture.out, />ui_kit 2\.0\.0(?:-|&#45;)beta\.1</)
})

/** A chain, every link with a long name and a long why. */
function chain(length: number): Graph {
  const name = (at: number): string => `${String(at).padStart(4, '0')}-${'name'.repeat(13)}`
  const plugins = Array.from({ length }, (_, at): GraphPlugin => ({
    name: name(at),
    version: '1.0.0-with.a.long.tail',
    state: 'blocked',
    because: `needs ${name(at + 1)}, which is off (${'why '.repeat(60)})`,
    dependencies: at + 1 < length ? [{ name: name(at + 1), range: '*', optional: true, circle: false }] : [],
  }))
  return { plugins, roots: [name(0)], circles: [] }
}

test('the tree fits 60 columns, however deep it is and however long the names', () => {
  const out = terminal({ isTTY: true, columns: 60, write: () => true }, { NO_COLOR: '1' })
  const graph = chain(2000)
  const lines = graphTree(graph, out).split('\n')
  assert.deepEqual(
    lines.filter((line) => line.length > 60),
    [],
  )
  for (const { name } of graph.plugins)
    assert.ok(
      lines.some((line) => line.includes(name.slice(0, 8))),
      `${name} is shown`,
    )
  assert.ok(lines.some((line) => line.endsWith('blocked (optional, below)')))
})

test('on a terminal of 60 columns states have colours, and nothing is wider', async (t) => {
  const none = missing('tmux')
  if (none) return t.skip(none)
  const cwd = await folder(t, all)
  const screen = async (env: string): Promise<string> => {
    const socket = `plugbay-${process.pid}-${Math.random().toString(36).slice(2)}`
    const tmux = (...args: string[]): string =>
      spawnSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], { cwd, encoding: 'utf8' }).stdout
    t.after(() => tmux('kill-server'))
    tmux(
      'new-session',
      '-d',
      '-x',
      '60',
      '-y',
      '80',
      `env ${env} ${process.execPath} ${MAIN} graph; echo over; cat`,
    )
    let shown = ''
    await until(
      () => /over$/m.test((shown = tmux('capture-pane', '-p', '-e', '-J'))),
      () => `over in ${shown}`,
    )
    return shown
  }
  const plain = await screen('NO_COLOR=1')
  // oxlint-disable-next-line no-control-regex -- no colour was asked for
  assert.doesNotMatch(plain, /\u001b/)
  for (const line of plain.split('\n')) assert.ok(line.trimEnd().length <= 60, line)
  assert.match(plain, /^├─ mail-er 1\.0\.0 {2}off \(optional\)\n│ {5}metadata\.json says enabled: false$/m)
  const coloured = await screen('TERM=xterm')
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  assert.match(coloured, /\u001b\[32mon/)
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  assert.match(coloured, /\u001b\[33mblocked/)
})

test('a reader that has seen enough is no error', async (t) => {
  const names = Array.from({ length: 400 }, (_, at) => `p${at}`)
  const cwd = await folder(
    t,
    Object.fromEntries(names.map((name) => [`plugins/${name}/metadata.json`, metadata(name)])),
  )
  const child = spawn(process.execPath, [MAIN, 'graph', '--json'], { cwd })
  child.stdout.once('data', () => child.stdout.destroy())
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text))
  const [code] = (await once(child, 'close')) as [number]
  assert.equal(code, 1, 'none of them has an entry')
  assert.match(err, /^\d+ problems: plugbay check\n$/)
})

test('an empty folder, a missing one, and a config that does not parse are said on stderr', async (t: TestContext) => {
  const cwd = await folder(t, { 'plugins/.keep': '' })
  assert.deepEqual(await plugbay(cwd, ['graph']), {
    code: 0,
    out: '',
    err: 'There are no plugins in plugins: a plugin is a folder with a metadata.json.\n',
  })
  const elsewhere = await plugbay(cwd, ['graph', '--dir', 'nowhere'])
  assert.deepEqual([elsewhere.code, elsewhere.out], [1, ''])
  assert.match(elsewhere.err, /no plugins in nowhere: .*\n1 problem: plugbay check --dir nowhere\n/)
  const broken = await folder(t, { ...plugin('log'), 'plugins.config.json': '{' })
  const { code, out } = await plugbay(broken, ['graph'])
  assert.deepEqual([code, out], [1, 'log 1.0.0  off  plugins.config.json cannot be used\n'])
})

test('two forms at once are wrong usage', async (t) => {
  const { code, out, err } = await plugbay(await folder(t, {}), ['graph', '--dot', '--json'])
  assert.deepEqual([code, out], [2, ''])
  assert.match(err, /'--dot' cannot be used with option '--json'|'--json' cannot be used with option '--dot'/)
})
