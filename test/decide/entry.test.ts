import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { chooseEntry } from '#src/decide/entry.js'

function files(...names: readonly string[]): ReadonlyMap<string, { size: number }> {
  return new Map(names.map((name) => [name, { size: 1 }]))
}

const order = ['ts', 'mts', 'js', 'mjs', 'cjs', 'cts']
const all = ['plugin', 'index'].flatMap((base) => order.map((ending) => `${base}.${ending}`))

test('without main the first of plugin.* and then index.* is the entry', () => {
  for (const [at, entry] of all.entries()) {
    assert.deepEqual(chooseEntry(undefined, files(...all.slice(at).toReversed(), 'a.js')), {
      kind: 'found',
      entry,
    })
  }
})

for (const [main, entry] of [
  ['lib/start.mjs', 'lib/start.mjs'],
  ['./lib/start.mjs', 'lib/start.mjs'],
  ['lib//./start.mjs', 'lib/start.mjs'],
  ['..2026/x.js', '..2026/x.js'],
] as const) {
  test(`main ${main} is the file ${entry}, also beside a plugin.js`, () => {
    assert.deepEqual(chooseEntry(main, files('plugin.js', entry)), { kind: 'found', entry })
  })
}

for (const [main, why] of [
  ['/etc/passwd.js', 'is absolute'],
  ['\\\\server\\share\\x.js', 'is absolute'],
  ['../x.js', 'goes up by'],
  ['..', 'goes up by'],
  ['lib/../../x.js', 'goes up by'],
  ['lib/../plugin.js', 'goes up by'],
  ['..\\x.js', 'goes up by'],
  ['C:\\x.js', 'drive letter'],
  ['c:x.js', 'drive letter'],
  ['file:///x.js', 'is a URL'],
  ['http://example.com/x.js', 'is a URL'],
  ['data:text/javascript,1', 'is a URL'],
  ['node:fs', 'is a URL'],
  ['a\0.js', 'NUL'],
] as const) {
  test(`main ${JSON.stringify(main)} leads out of the folder`, () => {
    const choice = chooseEntry(main, files('plugin.js', main))
    assert.equal(choice.kind, 'outside')
    assert.match(choice.kind === 'outside' ? choice.message : '', new RegExp(why))
  })
}

for (const [main, hint] of [
  ['readme.md', 'There is "a.ts", "plugin.js".'],
  ['lib', 'There is "a.ts", "plugin.js".'],
  ['lib\\a.js', 'Write "lib/a.js".'],
] as const) {
  test(`main ${main} can't be code, whatever comes`, () => {
    const choice = chooseEntry(main, files('a.ts', 'plugin.js', 'a.d.ts', 'readme.md'))
    assert.equal(choice.kind, 'invalid')
    assert.equal(choice.kind === 'invalid' && choice.hint, hint)
  })
}

test('a main that is not there may come, and the code that is there is listed', () => {
  const choice = chooseEntry('b.js', files('a.ts', 'readme.md'))
  assert.equal(choice.kind, 'missing')
  assert.match(choice.kind === 'missing' ? choice.hint : '', /^There is "a\.ts"\. A folder that is a link/)
})

test('without any entry the code that is there is listed, eight files of it', () => {
  const names = Array.from({ length: 12 }, (_, index) => `lib/${index}.js`)
  const choice = chooseEntry(undefined, files('readme.md', ...names))
  assert.equal(choice.kind, 'missing')
  assert.match(choice.kind === 'missing' ? choice.hint : '', /"lib\/0\.js".*"lib\/7\.js" and 4 more\.$/)
})

test('an entry that is a link out of the folder is outside, one within it is found', () => {
  const linked = (place: 'inside' | 'outside'): string =>
    chooseEntry(undefined, new Map([['plugin.js', { size: 9, linked: place }]])).kind
  assert.deepEqual([linked('inside'), linked('outside')], ['found', 'outside'])
  assert.deepEqual(chooseEntry('src/a.js', new Map([['src/a.js', { size: 9, linked: 'outside' }]])), {
    kind: 'outside',
    message: 'The entry file "src/a.js" is a link that leads out of the plugin\'s folder.',
    hint: 'Put the file itself there; or make the whole folder a link to one that has all of the plugin.',
  })
})

test('an empty entry file is not there yet', () => {
  const choice = chooseEntry(
    undefined,
    new Map([
      ['plugin.ts', { size: 0 }],
      ['index.js', { size: 9 }],
    ]),
  )
  assert.equal(choice.kind, 'missing')
  assert.match(choice.kind === 'missing' ? choice.message : '', /"plugin\.ts" is empty/)
})

test('an entry that is found is one of the files and has no part that goes up', () => {
  const part = fc.oneof(fc.constantFrom('..', '.', '', 'a', '..a', 'C:', 'b.js'), fc.string({ maxLength: 4 }))
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 5 }),
      fc.constantFrom('/', '\\'),
      (parts, separator) => {
        const main = `${parts.join(separator)}.js`
        const known = files('a/b.js', 'b.js', '.js', 'a/..a/b.js', main)
        const choice = chooseEntry(main, known)
        if (choice.kind !== 'found') return
        assert.ok(known.has(choice.entry))
        assert.ok(!choice.entry.split(/[/\\]/).includes('..') && !/^([/\\]|[A-Za-z]:)/.test(choice.entry))
      },
    ),
    { numRuns: 2000 },
  )
})

test('what is missing, and what to do about it, is said in full', () => {
  const hintOf = (main: string | undefined, names: readonly string[], size = 1): string => {
    const choice = chooseEntry(main, new Map(names.map((name) => [name, { size }])))
    return choice.kind === 'found' ? '' : `${choice.message} ${choice.hint}`
  }
  const none =
    'There is no entry file: no plugin.ts, plugin.js or the like, and no index of the same endings.'
  assert.equal(hintOf(undefined, []), `${none} The folder has no code yet. Add a plugin.ts or plugin.js.`)
  assert.equal(
    hintOf(undefined, ['a.ts', 'b.d.ts', 'c.d.mts', 'd.d.ts.js']),
    `${none} Name one as \`main\` in metadata.json. There is "a.ts", "d.d.ts.js".`,
  )
  const wrong = '`main` should be a file that ends in .ts, .mts, .cts, .js, .mjs or .cjs, but is "a".'
  assert.equal(hintOf('a', []), `${wrong} Name the file with the code.`)
  assert.equal(hintOf('a', ['b.js']), `${wrong} There is "b.js".`)
  assert.match(hintOf('a.js', []), /no such file\. The folder has no code file\. A folder that is a link/)
  const eight = Array.from({ length: 8 }, (_, at) => `${at}.js`)
  assert.match(hintOf('a', eight), /"7\.js"\.$/)
  assert.equal(
    hintOf('src\\a.js', []),
    String.raw`\`main\` should separate folders by "/", but is "src\\a.js". Write "src/a.js".`.replaceAll(
      '\\`',
      '`',
    ),
  )
  assert.equal(
    hintOf(undefined, ['plugin.js'], 0),
    'The entry file "plugin.js" is empty. Export `activate` from it; if it is just being written, nothing is to be done.',
  )
  assert.equal(chooseEntry('a:b.js', new Map([['a:b.js', { size: 1 }]])).kind, 'outside')
  assert.equal(chooseEntry('1a:b.js', new Map([['1a:b.js', { size: 1 }]])).kind, 'found')
})
