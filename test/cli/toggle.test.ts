import assert from 'node:assert/strict'
import { chmodSync, chownSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'jsonc-parser'
import { folder, MAIN, put, run } from '../process/running.js'
import { conforming, execute, metadata, missing, plugbay } from './plugbay.js'
import type { Printed } from './plugbay.js'

const FILE = 'plugins.config.json'
const plugin = (name: string, more: object = {}): Record<string, string> => ({
  [`plugins/${name}/metadata.json`]: metadata(name, more),
  // Ends the process in which it runs.
  [`plugins/${name}/plugin.js`]: 'process.exit(99)\n',
})
/** search -> notes -> store; notes likes slug. */
const chain = {
  ...plugin('search', { dependencies: ['notes'] }),
  ...plugin('notes', { dependencies: ['store'], optionalDependencies: ['slug'] }),
  ...plugin('store'),
  ...plugin('slug'),
  ...plugin('hello'),
}
const CONFIG = `{
  // what runs here
  "plugins": [
    { "name": "hello", "settings": { "greeting": "hi" } }, // a stranger
    { "name": "store", "enabled": false }, /* later */
  ],
}
`
const read = (cwd: string): string => readFileSync(path.join(cwd, FILE), 'utf8')
const states = (cwd: string): Record<string, boolean> => {
  const errors: [] = []
  const { plugins } = parse(read(cwd), errors, { allowTrailingComma: true }) as {
    plugins: { name: string; enabled: boolean }[]
  }
  assert.deepEqual(errors, [])
  return Object.fromEntries(plugins.map(({ name, enabled }) => [name, enabled]))
}

test('enable and disable write into the file, keep all else in it, and say what changed', async (t) => {
  const cwd = await folder(t, { ...chain, [FILE]: CONFIG })
  assert.deepEqual(await plugbay(cwd, ['enable', 'store', 'hello', 'slug']), {
    code: 0,
    out: 'enabled store\nenabled hello\nenabled slug\n',
    err:
      'notes goes from blocked to on: unlisted is "on".\n' +
      'search goes from blocked to on: unlisted is "on".\n',
  })
  const after = CONFIG.replace(
    'false }, /* later */',
    'true }, /* later */\n    { "name": "slug", "enabled": true },',
  ).replace('"hi" } }', '"hi" }, "enabled": true }')
  assert.equal(read(cwd), after)
  const again = await plugbay(cwd, ['enable', 'store', 'hello'])
  assert.deepEqual(again, {
    code: 0,
    out: 'store was enabled already\nhello was enabled already\n',
    err: '',
  })
  assert.equal(read(cwd), after)
  const off = await plugbay(cwd, ['disable', 'slug', 'hello', 'slug'])
  assert.deepEqual(off, { code: 0, out: 'disabled slug\ndisabled hello\n', err: '' })
  assert.deepEqual(states(cwd), { hello: false, store: true, slug: false })
})

test('the file is made if it is missing, wherever it shall be', async (t) => {
  const cwd = await folder(t, chain)
  const file = path.join('etc', 'app', 'c.json')
  const { code, out, err } = await plugbay(cwd, ['disable', 'hello', '--config', file])
  assert.deepEqual([code, out, err], [0, 'disabled hello\n', 'etc/app/c.json was made.\n'])
  assert.equal(
    readFileSync(path.join(cwd, file), 'utf8'),
    '{\n  "plugins": [\n    {\n      "name": "hello",\n      "enabled": false\n    }\n  ]\n}\n',
  )
  await put(cwd, { [FILE]: ' \n' })
  assert.equal((await plugbay(cwd, ['enable', 'hello'])).code, 0)
  assert.deepEqual(states(cwd), { hello: true })
})

test('disable says who stops with it, and --with-dependencies turns those off, too', async (t) => {
  const cwd = await folder(t, chain)
  const alone = await plugbay(cwd, ['disable', 'store'])
  assert.equal(alone.out, 'disabled store\n')
  assert.match(
    alone.err,
    /^notes goes from on to blocked: needs store, which is off \(plugins\.config\.json:3:5\)\.$/m,
  )
  assert.match(alone.err, /^search goes from on to blocked: needs store/m)
  assert.match(alone.err, /^With --with-dependencies who needs them is turned off, too\.$/m)
  assert.deepEqual(states(cwd), { store: false })
  const all = await plugbay(cwd, ['disable', 'store', '--with-dependencies'])
  assert.deepEqual(all, {
    code: 0,
    out: 'store was disabled already\ndisabled notes, which needs store\ndisabled search, which needs notes\n',
    err: '',
  })
  assert.deepEqual(states(cwd), { store: false, notes: false, search: false })
})

test('K15 a plugin turned on needs one that is off: `enable` says so, and --with-dependencies turns it on', async (t) => {
  const cwd = await folder(t, { ...chain, [FILE]: CONFIG.replace('],', '],\n  "unlisted": "off"') })
  const alone = await plugbay(cwd, ['enable', 'search'])
  assert.equal(alone.out, 'enabled search\n')
  assert.match(alone.err, /^search does not run: needs store, which is off \(plugins\.config\.json:5:5\)/m)
  assert.match(alone.err, /^With --with-dependencies what they need is turned on, too\.$/m)
  const all = await plugbay(cwd, ['enable', 'search', '--with-dependencies'])
  assert.deepEqual(
    [all.code, all.out, all.err],
    [
      0,
      // notes is on, as search pulls it in; nobody has to write that down.
      'search was enabled already\nnotes, which search needs, was on already\nenabled store, which notes needs\n',
      '',
    ],
  )
  assert.deepEqual(states(cwd), { hello: undefined, store: true, search: true })
  const fresh = await folder(t, { ...chain, [FILE]: '{ "unlisted": "off" }' })
  const both = await plugbay(fresh, ['enable', 'search', '--with-dependencies'])
  assert.equal(
    both.out,
    'enabled search\nenabled notes, which search needs\nenabled store, which notes needs\n',
  )
  assert.deepEqual(states(fresh), { search: true, notes: true, store: true })
})

test('plugins that need each other are each turned off once', async (t) => {
  const cwd = await folder(t, {
    ...plugin('a', { dependencies: ['b'] }),
    ...plugin('b', { dependencies: ['a'] }),
  })
  const { out } = await plugbay(cwd, ['disable', 'a', '--with-dependencies'])
  assert.equal(out, 'disabled a\ndisabled b, which needs a\n')
})

test('--dry-run prints a diff that patch takes, and writes nothing', async (t) => {
  const cwd = await folder(t, { ...chain, [FILE]: CONFIG })
  const args = ['disable', 'notes', '--with-dependencies']
  const { code, out, err } = await plugbay(cwd, [...args, '--dry-run'])
  assert.equal(
    out,
    `--- plugins.config.json
+++ plugins.config.json
@@ -2,6 +2,8 @@
   // what runs here
   "plugins": [
     { "name": "hello", "settings": { "greeting": "hi" } }, // a stranger
     { "name": "store", "enabled": false }, /* later */
+    { "name": "notes", "enabled": false },
+    { "name": "search", "enabled": false },
   ],
 }
`,
  )
  assert.equal(
    err,
    'disabled notes\ndisabled search, which needs notes\nNothing was written: this was --dry-run.\n',
  )
  assert.equal(code, 0)
  assert.equal(read(cwd), CONFIG)
  assert.deepEqual(readdirSync(cwd).sort(), ['plugins', FILE])
  if (missing('patch')) t.diagnostic('patch is not installed: the diff was not applied')
  else {
    const applied = await execute('patch', ['-p0'], cwd, {}, out)
    assert.equal(applied.code, 0, applied.out + applied.err)
    const patched = read(cwd)
    await put(cwd, { [FILE]: CONFIG })
    await plugbay(cwd, args)
    assert.equal(read(cwd), patched)
  }
  const made = await plugbay(await folder(t, chain), ['enable', 'hello', '--dry-run'])
  assert.match(made.out, /^--- \/dev\/null\n\+\+\+ plugins\.config\.json\n@@ -0,0 \+1,8 @@\n\+\{\n/)
  const none = await plugbay(cwd, ['disable', 'notes', '--dry-run'])
  assert.equal(none.out, '')
  assert.match(none.err, /^notes was disabled already$/m)
})

test('it says when something is stronger than the file', async (t) => {
  const cwd = await folder(t, { ...chain, [FILE]: CONFIG })
  const on = await plugbay(cwd, ['enable', 'hello'], { ENABLED_PLUGINS: '*,!hello' })
  assert.deepEqual([on.code, on.out], [0, 'enabled hello\n'])
  assert.equal(
    on.err,
    'hello stays off here: ENABLED_PLUGINS says !hello, and that is stronger than plugins.config.json.\n',
  )
  const off = await plugbay(cwd, ['disable', 'hello', '--json'], { ENABLED_PLUGINS: 'hello' })
  const { plugins } = conforming(off.out, 'cli-toggle')
  assert.deepEqual(plugins, [
    {
      name: 'hello',
      changed: true,
      state: 'on',
      because: 'ENABLED_PLUGINS names it',
      overruled: 'ENABLED_PLUGINS names it',
    },
  ])
  assert.equal((await plugbay(cwd, ['enable', 'hello'], { ENABLED_PLUGINS: 'hello' })).err, '')
})

test('an unknown name is exit 2 with the nearest, and nothing is written, unless it is forced', async (t) => {
  const cwd = await folder(t, { ...chain, [FILE]: '{ "plugins": [{ "name": "to-come" }] }' })
  const unknown = await plugbay(cwd, ['enable', 'hello', 'serch', 'zzz'])
  assert.deepEqual([unknown.code, unknown.out], [2, ''])
  assert.equal(
    unknown.err,
    "error: no plugin is named 'serch'\n(Did you mean search?)\nerror: no plugin is named 'zzz'\n" +
      'There are: hello, notes, search, slug, store, to-come.\n' +
      '--force writes a name for a plugin that is still to come.\n',
  )
  assert.equal(read(cwd), '{ "plugins": [{ "name": "to-come" }] }')
  const listed = await plugbay(cwd, ['enable', 'to-come'])
  assert.deepEqual([listed.code, listed.out], [0, 'enabled to-come\n'])
  assert.equal(listed.err, 'to-come: no folder has a plugin of that name yet; the entry waits for it.\n')
  const forced = await plugbay(cwd, ['disable', 'serch', '--force'])
  assert.deepEqual([forced.code, forced.out], [0, 'disabled serch\n'])
  const impossible = await plugbay(cwd, ['enable', 'Hel lo', '--force'])
  assert.equal(impossible.code, 2)
  assert.match(
    impossible.err,
    /no plugin can be named 'Hel lo': the name does not match .*\n\(Did you mean hello\?\)/,
  )
  const nowhere = await plugbay(cwd, ['enable', 'hello', '--dir', 'nowhere', '--config', 'other.json'])
  assert.equal(nowhere.code, 2)
  assert.match(nowhere.err, /nowhere/)
  assert.deepEqual(states(cwd), { 'to-come': true, serch: false })
  const none = await plugbay(cwd, ['enable'])
  assert.equal(none.code, 2)
  assert.match(none.err, /missing required argument 'name'/)
})

test('a broken config is exit 1 with its place, and is left alone', async (t) => {
  const cwd = await folder(t, chain)
  for (const [text, complaint] of [
    [
      '{\n  "plugins": [\n    { "name": "hello" \n',
      /^plugins\.config\.json:\d+:\d+: ERR_PLUGIN_JSON_SYNTAX: /,
    ],
    ['{\n  "plugins": {}\n}\n', /^plugins\.config\.json:2:14: ERR_PLUGIN_CONFIG_INVALID: /],
  ] as const) {
    await put(cwd, { [FILE]: text })
    const { code, out, err } = await plugbay(cwd, ['enable', 'hello'])
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, complaint)
    assert.match(err, /^Nothing was written\.$/m)
    assert.equal(read(cwd), text)
  }
})

test('--json has the published shape', async (t) => {
  const cwd = await folder(t, chain)
  const first = await plugbay(cwd, ['disable', 'store', '--json'])
  assert.deepEqual(conforming(first.out, 'cli-toggle'), {
    config: path.join(cwd, FILE),
    enabled: false,
    dryRun: false,
    written: true,
    plugins: [{ name: 'store', changed: true, state: 'off', because: 'plugins.config.json:3:5' }],
    affected: ['notes', 'search'].map((name) => ({
      name,
      from: 'on',
      to: 'blocked',
      because: `needs store, which is off (plugins.config.json:3:5)${name === 'notes' ? '' : '; path search -> notes -> store'}`,
    })),
  })
  const second = await plugbay(cwd, ['enable', 'notes', '--with-dependencies', '--dry-run', '--json'])
  const { written, plugins, diff } = conforming(second.out, 'cli-toggle')
  assert.equal(written, false)
  assert.deepEqual(
    plugins.map(({ name, via, changed }: { name: string; via?: string; changed: boolean }) => [
      name,
      via,
      changed,
    ]),
    [
      ['notes', undefined, true],
      ['store', 'notes', true],
    ],
  )
  assert.match(diff, /^\+ +"enabled": true$/m)
})

/** `plugbay` as a user who owns nothing. */
const asNobody = (cwd: string, ...args: string[]): Promise<Printed> =>
  execute(
    'setpriv',
    ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, MAIN, ...args],
    cwd,
  )

async function mayNotWrite(t: TestContext): Promise<string | false> {
  if (process.getuid?.() !== 0) return 'only root can become another user'
  const none = missing('setpriv')
  if (none) return none
  const cwd = await folder(t, {})
  chmodSync(cwd, 0o755)
  const { code, err } = await asNobody(cwd, '--version')
  return code === 0 ? false : `another user cannot run plugbay here: ${err}`
}

test('K8 a config file that this user may not write: exit code 1 with the remedy, and nothing is changed', async (t) => {
  const reason = await mayNotWrite(t)
  if (reason !== false) return t.skip(reason)
  const cwd = await folder(t, { ...chain, [FILE]: CONFIG })
  chmodSync(cwd, 0o755)
  const ofRoot = await asNobody(cwd, 'enable', 'hello')
  assert.deepEqual([ofRoot.code, ofRoot.out], [1, ''])
  assert.match(ofRoot.err, /^plugins\.config\.json: ERR_PLUGIN_CONFIG_WRITE: It could not be written: EACCES/)
  assert.match(ofRoot.err, /\n {2}Let this user write the file and its folder/)
  assert.deepEqual(readdirSync(cwd).sort(), ['plugins', FILE])

  // The folder would let the file be replaced; the file says no.
  chownSync(cwd, 65534, 65534)
  chmodSync(path.join(cwd, FILE), 0o444)
  const protectedFile = await asNobody(cwd, 'enable', 'hello')
  assert.equal(protectedFile.code, 1)
  assert.match(protectedFile.err, /ERR_PLUGIN_CONFIG_WRITE: .*EACCES/)
  assert.equal(read(cwd), CONFIG)
  assert.deepEqual(readdirSync(cwd).sort(), ['plugins', FILE])

  const rehearsal = await asNobody(cwd, 'enable', 'hello', '--dry-run')
  assert.equal(rehearsal.code, 0)
  assert.match(rehearsal.out, /^\+.*"enabled": true/m)
  assert.match((await asNobody(cwd, 'graph')).out, /^hello 1\.0\.0 {2}on$/m)

  chownSync(path.join(cwd, FILE), 65534, 65534)
  chmodSync(path.join(cwd, FILE), 0o640)
  assert.equal((await asNobody(cwd, 'enable', 'hello')).code, 0)
  assert.equal(statSync(path.join(cwd, FILE)).mode & 0o777, 0o640)

  // What nobody but root may read is a problem with its file, not a stack.
  chownSync(path.join(cwd, FILE), 0, 0)
  chmodSync(path.join(cwd, FILE), 0o600)
  const unread = await asNobody(cwd, 'disable', 'hello')
  assert.equal(unread.code, 1)
  assert.match(unread.err, /^plugins\.config\.json: ERR_PLUGIN_FILE_UNREADABLE: /)
})

test('a host that runs follows at once', async (t) => {
  const answers = `exports.activate = ({ host }) => { host.http.get('/', (c) => c.text('hi')) }\n`
  const cwd = await folder(t, {
    ...plugin('hello'),
    ...plugin('needy', { dependencies: ['hello'] }),
    'plugins/hello/plugin.js': answers,
    'plugins/needy/plugin.js': answers,
  })
  const host = run(t, cwd, ['start', '--port', '0'])
  await host.says(/http:\/\/127\.0\.0\.1:\d+\n/)
  assert.equal(await host.get('/needy'), '200 hi')
  const begin = performance.now()
  const off = await plugbay(cwd, ['disable', 'hello', '--with-dependencies'])
  assert.equal(off.out, 'disabled hello\ndisabled needy, which needs hello\n')
  await host.says(/hello +stopped: plugins\.config\.json:\d+:\d+\n/)
  t.diagnostic(`seen after ${Math.round(performance.now() - begin)} ms, with the command's own start`)
  assert.match(await host.get('/hello'), /^404/)
  assert.match(await host.get('/needy'), /^404/)
  await plugbay(cwd, ['enable', 'needy', '--with-dependencies'])
  await host.gives('/hello', '200 hi')
  await host.gives('/needy', '200 hi')
})

test('K5 two processes that turn on 200 plugins each: none is lost, and the file parses at every moment', async (t) => {
  const cwd = await folder(t, { 'plugins/.keep': '', [FILE]: '{\n  // kept\n  "plugins": []\n}\n' })
  const child = fileURLToPath(new URL('./toggle.child.js', import.meta.url))
  const running = ['a', 'b'].map((letter) => execute(process.execPath, [child, letter, '200'], cwd))
  let isOver = false
  const over = Promise.all(running).finally(() => {
    isOver = true
  })
  let looks = 0
  for (; !isOver; looks += 1) {
    states(cwd)
    // As often as a CPU that three share allows, and no oftener.
    await delay(1)
  }
  for (const { code, out } of await over) {
    assert.equal(code, 0)
    assert.equal(out.match(/^enabled /gm)?.length, 200)
  }
  const wanted = ['a', 'b'].flatMap((letter) =>
    Array.from({ length: 200 }, (_, at) => [`${letter}${at}`, true]),
  )
  assert.deepEqual(states(cwd), Object.fromEntries(wanted))
  assert.match(read(cwd), /\/\/ kept/)
  assert.deepEqual(readdirSync(cwd).sort(), ['plugins', FILE])
  t.diagnostic(`the file was read ${looks} times`)
})
