import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEngineCheck } from '#src/decide/engines.js'

const versions = { plugbay: '0.4.0', host: '2.1.0', node: 'v22.0.0' }

test('each engine that is not as asked is named, with what to do', () => {
  const asked = { plugbay: '^1', host: '^3', node: '>=24' }
  assert.deepEqual(createEngineCheck(versions)(asked), [
    {
      engine: 'plugbay',
      severity: 'error',
      message: 'It needs plugbay ^1, this is 0.4.0.',
      hint: 'Install a plugbay that fits, or widen the range in metadata.json if it works with this one.',
    },
    {
      engine: 'host',
      severity: 'error',
      message: 'It needs host ^3, this is 2.1.0.',
      hint: 'Install a version of the plugin that is made for this host, or widen the range in metadata.json if it works with this one.',
    },
    {
      engine: 'node',
      severity: 'error',
      message: 'It needs node >=24, this is 22.0.0.',
      hint: 'Run it with a Node.js that fits, or widen the range in metadata.json if it works with this one.',
    },
  ])
})

test('what fits, what is not asked for, and what is no range is passed over', () => {
  const check = createEngineCheck(versions)
  assert.deepEqual(check({ plugbay: '>=0.1', host: '^2', node: '>=20' }), [])
  assert.deepEqual(check({}), [])
  assert.deepEqual(check({ host: 'new', node: '' }), [])
})

for (const [host, what] of [
  [undefined, 'does not say its version'],
  ['two', 'says its version is "two", which is not semver'],
] as const) {
  test(`a host that ${what} is a warning`, () => {
    const { host: _, ...others } = versions
    const check = createEngineCheck(host === undefined ? others : { ...others, host })
    assert.deepEqual(check({ host: '^2' }), [
      {
        engine: 'host',
        severity: 'warning',
        message: `It needs host ^2, and the host ${what}: this is not checked.`,
        hint: 'Give createPluginManager a hostVersion such as "1.0.0".',
      },
    ])
  })
}
