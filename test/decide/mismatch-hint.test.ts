import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mismatch } from '#src/decide/mismatch.js'
import { mismatchHint } from '#src/decide/mismatch-hint.js'

const schema = {
  description: 'All of it.',
  properties: {
    outer: {
      description: 'The outer.',
      items: { properties: { deep: { description: 'The deep.' }, mute: {} } },
    },
    bare: {},
    odd: { description: 7 },
  },
}
const at = (path: Mismatch['path'], kind: Mismatch['kind'] = 'value'): string =>
  mismatchHint({ kind, path, part: 'value', keyword: 'type', message: '' }, schema, 'metadata.json')

test('the description that is nearest to the place says what is wanted there', () => {
  assert.equal(at(['outer']), 'Correct it in metadata.json. The outer.')
  assert.equal(at(['outer', 3, 'deep']), 'Correct it in metadata.json. The deep.')
  assert.equal(at(['outer', 3, 'mute']), 'Correct it in metadata.json. The outer.')
  assert.equal(at(['outer', 3, 'gone', 'deep']), 'Correct it in metadata.json. The outer.')
  assert.equal(at(['bare'], 'missing'), 'Add it to metadata.json.')
  assert.equal(at(['odd']), 'Correct it in metadata.json.')
  assert.equal(at([]), 'Correct it in metadata.json.')
})

test('of a key that is not known the one that was meant is said, or those that are known', () => {
  const unknown = (more: Partial<Mismatch>): string =>
    mismatchHint(
      { kind: 'unknown', path: ['a'], part: 'key', keyword: 'type', message: '', ...more },
      schema,
      'metadata.json',
    )
  assert.equal(unknown({ meant: 'name', known: ['name'] }), 'Did you mean "name"?')
  assert.equal(
    unknown({ known: ['$schema', 'name', 'main'] }),
    'Known here are name, main; keys that begin with x- are yours.',
  )
})
