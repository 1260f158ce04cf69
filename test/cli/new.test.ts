import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { MAIN, folder, put, run, until } from '../process/running.js'
import type { Running } from '../process/running.js'
import { root } from '../readme-fences.js'

const execute = promisify(execFile)

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs `node` with these words, without a terminal. */
async function node(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ENABLED_PLUGINS: ___, ...inherited } = process.env
  const running = execute(process.execPath, args, { cwd, env: { ...inherited, ...env }, timeout: 60_000 })
  running.child.stdin?.end()
  return running.then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      out: stdout,
      err: stderr,
    }),
  )
}

const plugbay = (cwd: string, ...args: string[]): Promise<Outcome> => node(cwd, [MAIN, ...args])

/** A folder where plugbay is installed, as npm does it. */
async function project(t: TestContext): Promise<string> {
  const cwd = await folder(t, { 'package.json': '{ "private": true }' })
  mkdirSync(join(cwd, 'node_modules'))
  symlinkSync(root, join(cwd, 'node_modules/plugbay'))
  for (const name of ['hono', '@types'])
    symlinkSync(join(root, 'node_modules', name), join(cwd, 'node_modules', name))
  return cwd
}

const start = async (t: TestContext, cwd: string): Promise<Running> => {
  const running = run(t, cwd, ['start', '--port', '0'])
  await running.says(/http:\/\/127\.0\.0\.1:\d+\n/)
  return running
}

test('it says in three lines what was made, and what to do next', async (t) => {
  const cwd = await project(t)
  assert.deepEqual(await plugbay(cwd, 'new', 'base', 'hello'), {
    code: 0,
    out:
      'Made plugins/hello: README.md, metadata.json, plugin.test.mjs, plugin.ts, tsconfig.json\n' +
      'Run it:  npx plugbay start, and look at the beats in its log\n' +
      'Test it: node --test plugins/hello/plugin.test.mjs\n',
    err: '',
  })
  const { out } = await plugbay(cwd, 'new', 'ui', 'guests', '--js', '--output-dir', 'other ones')
  assert.match(out, /^Made other ones\/guests: .*plugin\.mjs.*$/m)
  assert.match(
    out,
    /^Run it: {2}npx plugbay start --dir 'other ones', and open http:\/\/127\.0\.0\.1:3000\/guests$/m,
  )
  assert.match(out, /^Test it: node --test 'other ones\/guests\/plugin\.test\.mjs'$/m)
})

test('where plugbay is not installed, the way to the test begins with that', async (t) => {
  const cwd = await folder(t, {})
  const { out } = await plugbay(cwd, 'new', 'base', 'hello')
  assert.match(out, /^Test it: npm i plugbay hono && node --test plugins\/hello\/plugin\.test\.mjs$/m)
})

test('as JSON it says the same, as the schema describes it', async (t) => {
  const cwd = await folder(t, { 'plugins.config.json': '{ "unlisted": "off" }' })
  const { code, out, err } = await plugbay(cwd, 'new', 'api', 'books', '--json')
  assert.equal(code, 0)
  const schema = JSON.parse(readFileSync(join(root, 'schema/cli-new.schema.json'), 'utf8')) as object
  const value = JSON.parse(out) as { files: string[]; on: boolean; directory: string }
  const validate = new Ajv().compile(schema)
  assert.ok(validate(value), JSON.stringify(validate.errors))
  assert.equal(value.on, false)
  assert.ok(value.files.includes('openapi.ts'))
  assert.match(err, /^It is not on: .*unlisted.* See npx plugbay why books\n$/)
})

test('a plugin that ENABLED_PLUGINS keeps off is made, and that is said', async (t) => {
  const cwd = await folder(t, {})
  const { code, err } = await node(cwd, [MAIN, 'new', 'base', 'hello'], { ENABLED_PLUGINS: 'other' })
  assert.equal(code, 0)
  assert.match(err, /^It is not on: ENABLED_PLUGINS .* See npx plugbay why hello\n$/)
})

test('in a pipe nothing is asked for: what is missing or wrong is exit code 2, with an example', async (t) => {
  const cwd = await folder(t, {})
  const refused = async (pattern: RegExp, ...args: string[]): Promise<void> => {
    const { code, out, err } = await plugbay(cwd, 'new', ...args)
    assert.deepEqual([code, out], [2, ''], err)
    assert.match(err, pattern)
  }
  await refused(/^Missing: .*\nFor example: plugbay new base hello\n$/)
  await refused(/^Missing: the name of the new plugin\.\nFor example: plugbay new ui hello\n$/, 'ui')
  await refused(/^Missing: the name/, 'ui', '--yes')
  await refused(/Did you mean api\?/, 'apo', 'hello')
  await refused(/Did you mean plugbay new ui hello\?/, 'hello', 'ui')
  await refused(/"Hello": it does not match .* "hello" would do/, 'base', 'Hello')
  await refused(/Did you mean --js\?/, 'base', 'hello', '--jss')
  assert.deepEqual(readdirSync(cwd), [])
})

test('what is there is not overwritten: exit code 1', async (t) => {
  const cwd = await folder(t, { 'plugins/hello/mine.txt': 'mine' })
  const { code, out, err } = await plugbay(cwd, 'new', 'base', 'hello')
  assert.deepEqual([code, out], [1, ''])
  assert.match(err, /^plugins\/hello is there already\. Nothing was changed/)
  assert.deepEqual(readdirSync(join(cwd, 'plugins/hello')), ['mine.txt'])
})

for (const [language, option] of [
  ['TypeScript', []],
  ['plain modules', ['--js']],
] as const)
  test(`plugins of each template, in ${language}, pass the check, their types and their own tests`, async (t) => {
    const cwd = await project(t)
    // As they are in code, in JSON, in a URL, and not as an identifier.
    const names = { base: '1st.base_x', ui: 'u.i-x', api: 'api' }
    const description = `It's "quoted" <b> \\ $& \`it\``
    for (const [kind, name] of Object.entries(names)) {
      const made = await plugbay(cwd, 'new', kind, name, '--description', description, ...option)
      assert.equal(made.code, 0, made.err)
      const written = JSON.parse(readFileSync(join(cwd, 'plugins', name, 'metadata.json'), 'utf8')) as object
      assert.deepEqual({ ...written, name, description }, written)
    }
    const checked = await plugbay(cwd, 'check', '--load', '--strict')
    assert.equal(checked.code, 0, checked.out + checked.err)
    for (const name of Object.values(names)) {
      const tested = await node(cwd, ['--test', join('plugins', name, 'plugin.test.mjs')])
      assert.equal(tested.code, 0, tested.out)
      assert.match(tested.out, /^[#ℹ] pass [2-9]$/m)
      const config = join(cwd, 'plugins', name, 'tsconfig.json')
      assert.equal(existsSync(config), language === 'TypeScript')
      if (language !== 'TypeScript') continue
      const typed = await node(cwd, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config])
      assert.deepEqual([typed.code, typed.out], [0, ''])
    }
  })

test('a new base beats at once in a host that runs, and goes on counting after an edit', async (t) => {
  const cwd = await folder(t, {
    'plugins.config.json': '{ "plugins": [{ "name": "pulse", "settings": { "everyMs": 20 } }] }',
  })
  mkdirSync(join(cwd, 'plugins'))
  const host = await start(t, cwd)
  await plugbay(cwd, 'new', 'base', 'pulse')
  await host.says(/pulse +started, generation 1,/)
  await host.says(/pulse +beat 3\n/)
  const file = join(cwd, 'plugins/pulse/plugin.ts')
  await put(cwd, { 'plugins/pulse/plugin.ts': readFileSync(file, 'utf8').replace('`beat ', '`beats: ') })
  await host.says(/pulse +reloaded, generation 2,/)
  await host.says(/pulse +beats: \d+\n/)
  const [, first] = /beats: (\d+)/.exec(host.said()) ?? []
  assert.ok(Number(first) > 3, host.said())
})

for (const option of [[], ['--js']])
  test(`a new ui ${option.join('')} answers at once in a host that runs, takes a message, and is live on save`, async (t) => {
    // Nothing is installed here: a new plugin needs nothing but the host.
    const cwd = await folder(t, {})
    const host = await start(t, cwd)
    await plugbay(cwd, 'new', 'ui', 'guests', ...option)
    let page = ''
    const shows = (pattern: RegExp): Promise<void> =>
      until(
        async () => pattern.test((page = await host.get('/guests'))),
        () => `${pattern} in ${page}${host.said()}`,
      )
    await shows(/^200 [^]*<h1>Guest book<\/h1>/)

    const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1] ?? assert.fail(page)
    const post = (text: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(new URL(action, `${host.url}/guests`), {
        method: 'POST',
        body: new URLSearchParams({ by: 'Eve & "Co"', text }),
        headers,
        redirect: 'manual',
      })
    const posted = await post('<script>alert(1)</script>')
    assert.deepEqual([posted.status, posted.headers.get('location')], [303, '/guests'])
    const { origin } = new URL(host.url)
    assert.equal((await post('from here', { origin, 'sec-fetch-site': 'same-origin' })).status, 303)
    assert.equal((await post('same', { origin })).status, 303)
    for (const [name, value] of [
      ['origin', 'https://example.com'],
      ['sec-fetch-site', 'cross-site'],
    ] as const)
      assert.equal((await post('evil', { [name]: value })).status, 403)
    await shows(/same[^]*from here[^]*&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
    assert.match(page, /Eve &amp; &quot;Co&quot;/)
    assert.doesNotMatch(page, /evil|<script/)

    const style = /<link rel="stylesheet" href="([^"]+)"/.exec(page)?.[1] ?? assert.fail(page)
    assert.match(await host.get(style), /^200 :root/)
    await put(cwd, { 'plugins/guests/public/style.css': 'body {}' })
    assert.equal(await host.get(style), '200 body {}')

    const view = join(cwd, 'plugins/guests/views/page.html')
    await put(cwd, {
      'plugins/guests/views/page.html': readFileSync(view, 'utf8').replace('<h1>', '<h1>The '),
    })
    await shows(/<h1>The Guest book<\/h1>[^]*from here/)
    assert.equal(
      await host.get('/guests/public/..%2fmetadata.json').then((answer) => answer.slice(0, 3)),
      '404',
    )
  })

for (const option of [[], ['--js']])
  test(`a new api ${option.join('')} answers at once in a host that runs, just as its OpenAPI document says`, async (t) => {
    const cwd = await folder(t, {})
    const host = await start(t, cwd)
    await plugbay(cwd, 'new', 'api', 'books', ...option)
    let last = ''
    await until(
      async () => (last = await host.get('/books/openapi.json')).startsWith('200 '),
      () => `the document; ${last}${host.said()}`,
    )
    const document = JSON.parse(last.slice(4)) as Document
    assert.equal(document.openapi, '3.1.0')
    assert.deepEqual(document.servers, [{ url: '/books' }])
    const asDocumented = follows(document, host)

    const title = 'Ünïcode 📚'
    const { item, location } = await asDocumented(201, 'post', '/items', { title })
    assert.equal(location, `/books/items/${item.id}`)
    const path = `/items/${item.id}`
    await asDocumented(200, 'get', '/items?limit=5')
    await asDocumented(200, 'get', path)
    const changed = await asDocumented(200, 'put', path, { title: 'x'.repeat(200), done: true })
    assert.equal(changed.item.done, true)
    await asDocumented(422, 'put', path, { title: 'x'.repeat(201) })
    await asDocumented(422, 'post', '/items', { title: 1, more: true })
    await asDocumented(400, 'post', '/items', '{')
    await asDocumented(415, 'post', '/items', 'title=x', 'application/x-www-form-urlencoded')
    await asDocumented(413, 'post', '/items', `{"title":"${'x'.repeat(200_000)}"}`)
    await asDocumented(400, 'get', '/items?limit=1000')

    const file = `plugins/books/plugin.${option.length > 0 ? 'mjs' : 'ts'}`
    const text = readFileSync(join(cwd, file), 'utf8')
    await put(cwd, { [file]: text.replace('There is no item with this id.', 'Unknown id.') })
    await host.says(/books +reloaded, generation 2,/)
    await asDocumented(200, 'get', path)
    await asDocumented(204, 'delete', path)
    await asDocumented(404, 'get', path)
    await asDocumented(404, 'delete', path)
    assert.match(await host.get(`/books${path}`), /^404 .*Unknown id\./)
    await host.get('/books').then((answer) => assert.match(answer, /^200 \{"openapi"/))
  })

test('at a terminal it asks for what is missing, again if an answer will not do, and Ctrl-C makes nothing', async (t) => {
  const cwd = await project(t)
  const asked = await terminal(t, cwd, ['new'])
  await asked.says(/Which template\? \(base, ui, api\)/)
  asked.types('bsae\r')
  await asked.says(/Did you mean base\?[^]*Which template\?/)
  asked.types('base\r')
  await asked.says(/Name\?/)
  asked.types('No Good\r')
  await asked.says(/does not match[^]*"no-good" would do\.[^]*Name\?/)
  asked.types('no-good\r')
  await asked.says(/What does it do\? \(Counts beats/)
  asked.types('It is "good"\r')
  await asked.says(/Made plugins\/no-good:/)
  assert.equal(await asked.exit, 0)
  const metadata = JSON.parse(readFileSync(join(cwd, 'plugins/no-good/metadata.json'), 'utf8')) as Record<
    string,
    unknown
  >
  assert.equal(metadata['description'], 'It is "good"')

  for (const key of ['\u0003', '\u0004']) {
    const left = await terminal(t, cwd, ['new', 'ui'])
    await left.says(/Name\?/)
    left.types(key)
    await left.says(/Nothing was made\./)
    assert.equal(await left.exit, 130)
  }
  const yes = await terminal(t, cwd, ['new', 'ui', '--yes'])
  await yes.says(/Missing: the name/)
  assert.equal(await yes.exit, 2)
  assert.deepEqual(readdirSync(join(cwd, 'plugins')), ['no-good'])
})

interface Typed {
  says(pattern: RegExp): Promise<void>
  types(text: string): void
  readonly exit: Promise<number>
}

/** `plugbay` at a terminal of its own, by script(1). */
async function terminal(t: TestContext, cwd: string, args: readonly string[]): Promise<Typed> {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qefc', command, '/dev/null'], { cwd })
  const exit = once(child, 'exit').then(([code]) => code as number)
  t.after(async () => {
    child.kill('SIGKILL')
    await exit
  })
  let out = ''
  let read = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text))
  return {
    exit,
    types: (text) => void child.stdin.write(text),
    async says(pattern) {
      await until(
        () => pattern.test(out.slice(read)),
        () => `${pattern} in ${out}`,
      )
      read += pattern.exec(out.slice(read))!.index + pattern.exec(out.slice(read))![0].length
    },
  }
}

interface Answer {
  readonly content?: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>
}

interface Document {
  readonly openapi: string
  readonly servers: unknown
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses?: Readonly<Record<string, Answer>> }>>>
  >
  readonly components: object
}

interface Item {
  readonly id: string
  readonly done: boolean
}

type Asks = (
  status: number,
  method: string,
  path: string,
  body?: unknown,
  type?: string,
) => Promise<{ item: Item; location: string | null }>

/** Asks, and holds each answer against what the document says of it. */
function follows(document: Document, host: Running): Asks {
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema(document, 'document')
  return async (status, method, path, body, type = 'application/json') => {
    const response = await fetch(`${host.url}/books${path}`, {
      method: method.toUpperCase(),
      ...(body !== undefined && {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': type },
      }),
    })
    const text = await response.text()
    assert.equal(response.status, status, `${method} ${path}: ${text}`)
    const documented =
      document.paths[path.replace(/\?.*/, '').replace(/^\/items\/.+/, '/items/{id}')]?.[method]
    const answer = documented?.responses?.[status]
    assert.ok(answer, `${method} ${path} ${status} is documented`)
    const location = response.headers.get('location')
    if (!answer.content) {
      assert.equal(text, '')
      return { item: { id: '', done: false }, location }
    }
    const [media, { schema }] = Object.entries(answer.content)[0]!
    assert.equal(response.headers.get('content-type'), media)
    const value = JSON.parse(text) as Item
    const validate = ajv.getSchema(`document${schema.$ref}`)!
    assert.ok(validate(value), `${method} ${path}: ${text} ${JSON.stringify(validate.errors)}`)
    return { item: value, location }
  }
}
