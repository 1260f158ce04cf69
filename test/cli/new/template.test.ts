import assert from 'node:assert/strict'
import { test } from 'node:test'
import { transform } from 'esbuild'
import { KINDS, template } from '#src/cli/new/template.js'
import type { Kind, Language, Words } from '#src/cli/new/template.js'

const kinds = Object.keys(KINDS) as Kind[]
const plainWords: Words = { name: 'hello', description: 'Says hello.', schema: '../schema.json' }

/** Code files as esbuild writes them: without types, comments and blanks; imports without their endings. */
async function codeOf(kind: Kind, language: Language): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const [file, text] of template(kind, language, plainWords)) {
    const [, base, ending] = /^(.*)\.(ts|mjs)$/.exec(file) ?? []
    if (base === undefined || base === 'plugin.test') continue
    const loader = ending === 'ts' ? 'ts' : 'js'
    const { code } = await transform(text, { loader, minifyWhitespace: true, target: 'es2023' })
    found[base] = code.replaceAll(/(from"\.[^"]*)\.m?[jt]s"/g, '$1"')
  }
  return found
}

for (const kind of kinds) {
  test(`the plain modules of the template ${kind} are its TypeScript without the types`, async () => {
    const typed = await codeOf(kind, 'ts')
    assert.ok('plugin' in typed)
    assert.deepEqual(await codeOf(kind, 'js'), typed)
  })

  test(`both languages of the template ${kind} have the same other files`, () => {
    const others = (language: Language): string[] =>
      [...template(kind, language, plainWords).keys()].filter((file) => !/\.(?:ts|mjs)$|tsconfig/.test(file))
    assert.deepEqual(others('js'), others('ts'))
    assert.ok(template(kind, 'ts', plainWords).has('tsconfig.json'))
    assert.ok(!template(kind, 'js', plainWords).has('tsconfig.json'))
  })

  test(`whatever the description says, the template ${kind} stays valid, and says it`, () => {
    const description = `A "quoted" \\ $& $1 \`%NAME%\` %SCHEMA% </script> ü \u2028 \uD800`
    for (const language of ['ts', 'js'] as const) {
      const files = template(kind, language, { name: 'a-b.c_d', description, schema: undefined })
      const metadata = JSON.parse(files.get('metadata.json')!) as Record<string, unknown>
      assert.deepEqual([metadata['name'], metadata['description']], ['a-b.c_d', description])
      assert.ok(!('$schema' in metadata))
      assert.match(files.get('README.md')!, /^# a-b\.c_d\n/)
      assert.ok(files.get('README.md')!.includes(`\n\n${description}\n\n`))
    }
  })

  test(`nothing is left to fill in of the template ${kind}`, () => {
    for (const language of ['ts', 'js'] as const)
      for (const [file, text] of template(kind, language, plainWords))
        assert.doesNotMatch(text, /%[A-Z]+%/, file)
  })

  test(`metadata.json of the template ${kind} names its schema first`, () => {
    const { $schema } = JSON.parse(template(kind, 'ts', plainWords).get('metadata.json')!) as Record<
      string,
      unknown
    >
    assert.equal($schema, '../schema.json')
  })

  test(`the README of the template ${kind} is about ten lines`, () => {
    for (const language of ['ts', 'js'] as const)
      assert.ok(template(kind, language, plainWords).get('README.md')!.trimEnd().split('\n').length <= 12)
  })
}
