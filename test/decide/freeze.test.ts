import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freeze } from '#src/decide/freeze.js'

test('lists and plain objects are frozen however deep, and what is of a class stays as it is', () => {
  const bare = Object.assign(Object.create(null) as object, { deep: {} })
  const date = Object.assign(new Date(0), { deep: {} })
  const all = { list: [{ in: {} }], bare, date, nothing: null, text: 'a', run: () => undefined }
  assert.equal(freeze(all), all)
  for (const one of [all, all.list, all.list[0], all.list[0]?.in, bare, bare.deep])
    assert.ok(Object.isFrozen(one))
  for (const one of [date, date.deep, all.run]) assert.ok(!Object.isFrozen(one))
  assert.equal(freeze(null), null)
})
