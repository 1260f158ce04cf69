import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { Ajv } from 'ajv'
import { parse } from 'jsonc-parser'
import { CODES, createPluginManager, definePlugin } from 'plugbay'
import { pluginsFolder } from './plugin-folder.ts'
import { MAIN, folder, put, run } from './process/running.ts'
import { fencesOf, markdown, namesOf, root, rowsOf } from './readme-fences.ts'
import type { Fence } from './readme-fences.ts'

const execute = promisify(execFile)
const readme = markdown('README.md')
const fences = fencesOf(readme)
const TOUR = 'The first two minutes'
const COMMANDS = 'The command line'

test('every fenced block of the README is of a kind that is run here', () => {
  assert.ok(fences.length > 20)
  for (const fence of fences) {
    const where = `README.md:${fence.line}`
    assert.match(fence.language, /^(?:js|ts|json|jsonc|sh|text)$/, where)
    if (fence.language === 'js' || fence.language === 'ts') {
      assert.ok(fence.path, `${where}: code without the name of its file is not run`)
      assert.ok(
        fences.some(({ section, prints }) => section === fence.section && prints),
        `${where}: nothing in this section is run`,
      )
    }
  }
})

for (const section of new Set(
  fences.filter(({ path }) => path !== undefined).map((fence) => fence.section),
)) {
  const own = fences.filter((fence) => fence.section === section)
  test(`the example under "${section}" prints what the README says`, async (t) => {
    const directory = await project(t, own)
    const runs = own.filter(({ language }) => language === 'sh')
    assert.ok(runs.length > 0)
    for (const { text, prints, line } of runs) {
      // What a terminal shows of a command that has found something to say: results and notes alike.
      const whole = section === COMMANDS ? `set +e; exec 2>&1\n${text}true` : text
      const { stdout, stderr } = await shell(whole, directory)
      assert.equal(stderr, '', `README.md:${line}`)
      assert.equal(stdout, prints, `README.md:${line}`)
    }
  })
}

test('the two minutes of the README go as it says', async (t) => {
  const directory = await folder(t, {})
  for (const part of ['plugins', 'plugins.config.json']) {
    await cp(join(root, part), join(directory, part), { recursive: true })
  }
  await linkPlugbay(directory)
  const host = run(t, directory, ['start', '--port', '0'])
  await host.says(/http:\/\/\S+/)
  const answers: Record<string, [string, string]> = {
    'Drop a plugin in': ['/hi', '200 hi'],
    'Edit it': ['/hi', '200 hello'],
    'Break it': ['/hi', '200 hello'],
    'Mend it': ['/hi', '200 hello again'],
    Toggle: ['/mischief/throw', '500 Internal Server Error'],
    'Follow a chain': ['/search?q=none', '200 {"words":["none"],"found":[]}'],
    'Remove it': ['/hi', '404 No plugin answers here. GET / shows what there is.\n'],
  }
  const steps = fences.filter(({ section, language }) => section === TOUR && language === 'sh')
  assert.deepEqual(
    steps.map(({ title }) => title),
    Object.keys(answers),
  )
  for (const { text, title, prints = '' } of steps) {
    await shell(text, directory)
    for (const line of prints.trimEnd().split('\n')) await host.says(lineLike(line))
    const [path, answer] = answers[title]!
    assert.equal(await host.get(path), answer, title)
    if (title !== 'Toggle') continue
    await host.get('/mischief/reject')
    await host.says(/mischief +plugins\/mischief\/plugin\.js:14:25 ERR_PLUGIN_UNHANDLED/)
  }
})

test('the JSON of the README fits the schemas', () => {
  const ajv = new Ajv({ strict: false })
  const validators = {
    metadata: ajv.compile(schema('metadata')),
    config: ajv.compile(schema('plugins.config')),
  }
  const blocks = fences.filter(({ language }) => language.startsWith('json'))
  assert.ok(blocks.length >= 4)
  for (const { text, language, line } of blocks) {
    const value = language === 'json' ? JSON.parse(text) : parse(text)
    const validate = 'plugins' in value ? validators.config : validators.metadata
    assert.ok(validate(value), `README.md:${line}: ${ajv.errorsText(validate.errors)}`)
  }
})

test('the TypeScript of the README has no type error', async (t) => {
  const files = fences.filter(({ language }) => language === 'ts')
  assert.ok(files.length > 0)
  const directory = await project(t, files)
  await symlink(join(root, 'node_modules', '@types'), join(directory, 'node_modules', '@types'))
  await put(directory, {
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        types: ['node'],
        skipLibCheck: true,
      },
    }),
  })
  await checkTypes(directory)
})

test('the samples have no type error', async () => {
  await checkTypes(join(root, 'plugins'))
})

test('every command that the documents name is there', async () => {
  const { scripts, bin } = JSON.parse(markdown('package.json')) as Record<string, Record<string, string>>
  assert.ok(existsSync(join(root, bin!['plugbay']!)))
  const blocks = ['README.md', 'CONTRIBUTING.md'].flatMap((file) =>
    fencesOf(markdown(file))
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => text),
  )
  const inline = [readme, markdown('CONTRIBUTING.md')].flatMap(
    (text) => text.match(/`(?:npm|npx) [^`]+`/g) ?? [],
  )
  const words = [...blocks, ...inline].join('\n')
  for (const [, name = ''] of words.matchAll(/npm run ([\w:]+)/g))
    assert.ok(scripts![name], `npm run ${name}`)
  for (const [, name = ''] of words.matchAll(/npm (start|test)\b/g)) assert.ok(scripts![name], `npm ${name}`)
  const { stdout: help } = await execute(process.execPath, [MAIN, '--help'])
  const commands = [...help.matchAll(/^ {2}([a-z]+) +\S/gm)].map(([, name]) => name)
  for (const [, name = ''] of words.matchAll(/npx plugbay (\w+)/g)) assert.ok(commands.includes(name), name)
  const described = namesOf(readme, 'command ').map((name) => name.split(' ')[0])
  assert.deepEqual(new Set([...described, 'help']), new Set(commands))
})

test('the README lists the options of plugbay start, with their defaults', async () => {
  const { stdout } = await execute(process.execPath, [MAIN, 'start', '--help'])
  const help = [...stdout.replace(/\n {10,}/g, ' ').matchAll(/^ {2}(?:-\w, )?(--[\w-]+(?: <\w+>)?) (.*)$/gm)]
    .filter(([, option]) => option !== '--help')
    .map(([, option, rest]) => [option, /\(default: "?([^")]+)"?\)/.exec(rest!)?.[1] ?? ''])
  const table = section('plugbay start')
  const listed = rowsOf(table, 'option').map((row) => row.slice(0, 2).map((cell) => cell.replaceAll('`', '')))
  assert.deepEqual(listed, help)
})

test('the README has a row for every problem code, with its meaning, and no other', () => {
  const rows = rowsOf(readme, 'code')
  assert.deepEqual(
    rows.map(([code, meaning]) => [code, meaning]),
    Object.entries(CODES).map(([code, meaning]) => [`\`${code}\``, meaning]),
  )
  for (const [code, , advice = ''] of rows) assert.match(advice, /^\S.{10,}\.$/, code)
})

test('every problem code has a place that reports it', () => {
  assert.deepEqual(codesMissingIn('src', ['problem.ts']), [])
})

test('every problem code has a test', () => {
  assert.deepEqual(codesMissingIn('test', ['readme.test.ts']), [])
})

test('the tables of the README name what is there, and nothing else', async (t) => {
  const metadata = schema('metadata') as { properties: object }
  const keysOf = (properties: object): string[] =>
    Object.keys(properties)
      .filter((key) => key !== '$schema')
      .sort()
  assert.deepEqual(
    namesOf(section('metadata.json'), 'key').sort(),
    keysOf(metadata.properties),
    'metadata.json',
  )
  const config = schema('plugins.config') as {
    properties: { plugins: { items: { properties: object } } }
  }
  const listed = namesOf(section('plugins.config.json'), 'key')
  const entry = keysOf(config.properties.plugins.items.properties).map((key) => `plugins[].${key}`)
  assert.deepEqual(listed.sort(), [...keysOf(config.properties), ...entry].sort(), 'plugins.config.json')

  const files = pluginsFolder(t, {})
  let ctx: object = {}
  let scope: object = {}
  const manager = createPluginManager({
    directory: files.path,
    config: false,
    watch: false,
    env: {},
    context: (given) => {
      scope = given
      return {}
    },
    plugins: [{ name: 'one', plugin: definePlugin((given) => void (ctx = given)) }],
  })
  const report = await manager.start()
  const does = section('What a plugin does')
  assert.deepEqual(namesOf(does, '`ctx.`').sort(), Object.keys(ctx).sort(), 'ctx')
  assert.deepEqual(namesOf(section("The host's side"), '`scope.`').sort(), Object.keys(scope).sort(), 'scope')

  const about = section('The manager')
  const snapshotKeys = Object.keys(manager.get('one')!)
  const fields = namesOf(about, 'field of a snapshot').filter((name) => /^\w+$/.test(name))
  assert.deepEqual(fields.sort(), snapshotKeys.sort(), 'snapshot')
  const reportKeys = /A report is `\{ ([^}]+) \}`/.exec(about)?.[1]?.split(', ')
  assert.deepEqual(reportKeys?.sort(), Object.keys(report).sort(), 'report')
  await manager.close()

  const declared = (file: string, name: string): string[] => {
    const text = readFileSync(join(root, 'src', file), 'utf8')
    const body = new RegExp(`interface ${name}\\b[^{]*\\{\\n(.*?)\\n\\}`, 's').exec(text)?.[1] ?? ''
    const found = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(<]/gm)].map(([, key = '']) => key)
    return [...new Set(found)].sort()
  }
  assert.deepEqual(namesOf(about, 'option').sort(), declared('model/options.ts', 'ManagerOptions'), 'options')
  assert.deepEqual(
    namesOf(about, 'method').sort(),
    declared('model/plugin-manager.ts', 'PluginManager'),
    'methods',
  )
  assert.deepEqual(namesOf(about, 'event').sort(), declared('model/snapshot.ts', 'ManagerEvents'), 'events')
})

test('every local link of the documents leads somewhere', () => {
  for (const file of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md']) {
    for (const [, target = ''] of markdown(file).matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)) {
      assert.ok(existsSync(join(root, target)), `${file}: ${target}`)
    }
  }
})

/** The named blocks as files, in a folder where plugbay is installed. */
async function project(t: TestContext, blocks: readonly Fence[]): Promise<string> {
  const files = blocks.flatMap(({ path, text }) => (path === undefined ? [] : [[path, text]]))
  const directory = await folder(t, {
    'package.json': '{ "type": "commonjs" }',
    ...Object.fromEntries(files),
  })
  await linkPlugbay(directory)
  return directory
}

async function linkPlugbay(directory: string): Promise<void> {
  await mkdir(join(directory, 'node_modules'), { recursive: true })
  await symlink(root, join(directory, 'node_modules', 'plugbay'))
  const bin = join(directory, 'node_modules', '.bin', 'plugbay')
  await mkdir(dirname(bin))
  await writeFile(bin, `#!/bin/sh\nexec node '${MAIN}' "$@"\n`, { mode: 0o755 })
  for (const name of ['@hono', 'express', 'fastify', 'hono', 'prom-client'])
    await symlink(join(root, 'node_modules', name), join(directory, 'node_modules', name))
}

async function shell(command: string, cwd: string): Promise<{ stdout: string; stderr: string }> {
  const { NODE_OPTIONS: _, PATH, ...env } = process.env
  return execute('sh', ['-ec', command], {
    cwd,
    env: { ...env, PATH: `${join(cwd, 'node_modules', '.bin')}:${join(process.execPath, '..')}:${PATH}` },
    timeout: 30_000,
  })
}

async function checkTypes(directory: string): Promise<void> {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout } = await execute(process.execPath, [tsc, '-p', directory]).catch((error) => error)
  assert.equal(stdout, '')
}

/** A line of the terminal, whenever it was printed and however long it took; more may follow on the line. */
function lineLike(line: string): RegExp {
  const text = line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(
    text.replace(/^\d\d:\d\d:\d\d/, '\\d\\d:\\d\\d:\\d\\d').replace(/[\d\\.]+ ms$/, '[\\d.]+ ms'),
  )
}

function section(heading: string): string {
  const [, text] = new RegExp(`^##+ ${heading}\n(.*?)(?=^##+ |(?![^]))`, 'ms').exec(readme) ?? []
  assert.ok(text, heading)
  return text
}

function schema(name: string): object {
  return JSON.parse(readFileSync(join(root, 'schema', `${name}.schema.json`), 'utf8')) as object
}

function codesMissingIn(room: string, except: readonly string[]): string[] {
  const text = readdirSync(join(root, room), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts') && !except.some((name) => file.endsWith(name)))
    .map((file) => readFileSync(join(root, room, file), 'utf8'))
    .join('\n')
  return Object.keys(CODES).filter((code) => !new RegExp(`\\b${code}\\b`).test(text))
}
