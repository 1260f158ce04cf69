import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'jsonc-parser'
import { setEnabled } from '#src/act/set-enabled.js'

/** The same as `setEnabled` on what the text means. */
function meant(text: string, name: string, enabled: boolean): unknown {
  const config = parse(text, [], { allowTrailingComma: true }) as { plugins?: Record<string, unknown>[] }
  config.plugins ??= []
  const entry = config.plugins.findLast((one) => one['name'] === name)
  if (entry) entry['enabled'] = enabled
  else config.plugins.push({ name, enabled })
  return config
}

/** Whether a text is what is left of another one when something is taken out of that. */
function isLeftOf(text: string, longer: string): boolean {
  let at = 0
  for (const letter of longer) if (letter === text[at]) at += letter.length
  return at === text.length
}

const blank = fc.constantFrom(
  '',
  ' ',
  '\n',
  '\r\n',
  '\n    ',
  '\t',
  ' /* , ] } */ ',
  ' // , ] }\n',
  '\n  // why\n  ',
)
const name = fc.constantFrom('a', 'b', 'c', 'other')
const entry = fc
  .tuple(name, fc.constantFrom('', '"settings": { "x": [1, 2] }', '"x-note": "// no comment"'), blank, blank)
  .map(([name, more, one, two]) => `{${one}"name": "${name}"${more && `,${two}`}${more}${one}}`)
const config = fc
  .tuple(fc.array(entry, { maxLength: 3 }), blank, blank, blank, fc.constantFrom('', ','), fc.boolean())
  .map(([entries, one, two, three, comma, isAlone]) => {
    const last = entries.length > 0 ? comma + two : ''
    const list = `"plugins":${two}[${one}${entries.join(`${three},${one}`)}${two}${last}]`
    return `{${one}${isAlone ? '' : `"unlisted": "off"${two},${three}`}${list}${three}}${one}`
  })

test('K11 a config file in any style: one thing is added, and all that was there stays', () => {
  fc.assert(
    fc.property(config, name, (text, name) => {
      const after = setEnabled(text, name, true)
      const errors: unknown[] = []
      assert.deepEqual(parse(after, errors as [], { allowTrailingComma: true }), meant(text, name, true))
      assert.deepEqual(errors, [])
      assert.ok(isLeftOf(text.replaceAll(/\s/g, ''), after), after)
      assert.equal(setEnabled(after, name, true), after)
    }),
    { numRuns: 500 },
  )
})

test('a neighbour on one line stays on it, and its comment beside it', () => {
  const before = `{
  "plugins": [
    { "name": "a", "settings": { "list": [1, 2] } }, // of a
    { "name": "b", "enabled": false }, // of b
  ],
  "x-list": [1, 2, 3]
}
`
  assert.equal(
    setEnabled(before, 'c', true),
    before.replace('// of b\n', '// of b\n    { "name": "c", "enabled": true },\n'),
  )
  assert.equal(setEnabled(before, 'a', false), before.replace('[1, 2] } }', '[1, 2] }, "enabled": false }'))
  assert.equal(
    setEnabled('{\n  "x-list": [1, 2, 3] // of x\n}\n', 'a', true),
    '{\n  "x-list": [1, 2, 3], // of x\n  "plugins": [\n    {\n      "name": "a",\n      "enabled": true\n    }\n  ]\n}\n',
  )
})
