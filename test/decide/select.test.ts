import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enabledPlugins } from '#src/decide/enabled-plugins.js'
import { select, type SelectInput } from '#src/decide/select.js'
import type { Decision } from '#src/model/decision.js'
import { config } from './build.js'

const selected = (
  changes: Partial<SelectInput> & { readonly names: readonly string[] },
): Map<string, Decision> =>
  select({
    program: new Map(),
    enabledPlugins: undefined,
    config: config(),
    enabled: () => undefined,
    needs: () => [],
    ...changes,
  })

const program = [undefined, true, false] as const
const environment = [undefined, 'x', '!x', '*', 'other'] as const
const entry = ['none', 'silent', true, false] as const
const written = [undefined, true, false] as const
const unlisted = ['on', 'off'] as const

test('K9 sources that disagree: in each of 360 combinations the strongest that speaks decides', () => {
  let seen = 0
  for (const p of program)
    for (const e of environment)
      for (const c of entry)
        for (const m of written)
          for (const u of unlisted) {
            const said: (readonly [source: string, enabled: boolean])[] = []
            if (p !== undefined) said.push(['program', p])
            if (e !== undefined) said.push(['environment', e === 'x' || e === '*'])
            if (typeof c === 'boolean') said.push(['config', c])
            if (m !== undefined) said.push(['metadata', m])
            said.push(['unlisted', u === 'on'])
            const decision = decided(p, e, c, m, u, [])
            const label = JSON.stringify({ p, e, c, m, u })
            assert.deepEqual([decision.source, decision.enabled], said[0], label)
            assert.deepEqual(
              decision.lost.map((one) => [one.source, one.enabled]),
              said.slice(1),
              label,
            )
            seen++
          }
  assert.equal(seen, 360)
})

test('in each combination, what a running plugin needs is on unless somebody turned it off by name', () => {
  for (const p of program)
    for (const e of environment)
      for (const c of entry)
        for (const m of written)
          for (const u of unlisted) {
            const alone = decided(p, e, c, m, u, [])
            const needed = decided(p, e, c, m, u, ['x'])
            const named = e === 'x' || e === '*' ? true : e === '!x' ? false : undefined
            const word = p ?? named ?? (typeof c === 'boolean' ? c : undefined)
            const label = JSON.stringify({ p, e, c, m, u })
            assert.equal(needed.enabled, alone.enabled || word !== false, label)
            if (alone.enabled) assert.deepEqual(needed, alone, label)
            else if (needed.enabled) {
              assert.equal(needed.source, 'dependency', label)
              assert.deepEqual(needed.lost, [{ ...pick(alone) }, ...alone.lost], label)
            } else {
              assert.ok(['program', 'environment', 'config'].includes(needed.source), label)
              assert.doesNotMatch(needed.because, /does not name/, label)
            }
          }
})

function pick({ source, enabled, because }: Decision): object {
  return { source, enabled, because }
}

function decided(
  p: boolean | undefined,
  e: string | undefined,
  c: boolean | 'none' | 'silent',
  m: boolean | undefined,
  u: 'on' | 'off',
  needs: readonly string[],
): Decision {
  const entries = c === 'none' ? [] : [{ name: 'x', ...(typeof c === 'boolean' && { enabled: c }) }]
  const decisions = selected({
    names: ['app', 'x'],
    program: new Map([
      ['app', { enabled: true, because: 'the plugins option' }],
      ...(p === undefined ? [] : [['x', { enabled: p, because: 'the plugins option' }] as const]),
    ]),
    enabledPlugins: enabledPlugins(e),
    config: config(entries, u),
    enabled: (name) => (name === 'x' ? m : undefined),
    needs: (name) => (name === 'app' ? needs : []),
  })
  const decision = decisions.get('x')
  assert.ok(decision)
  return decision
}

test('a decision says in words where it came from', () => {
  const decisions = selected({
    names: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
    program: new Map([
      ['a', { enabled: false, because: 'manager.disable()' }],
      ['b', { enabled: true, because: 'the plugins option' }],
    ]),
    enabledPlugins: enabledPlugins('c,!d,g'),
    config: config([
      { name: 'f', enabled: false, line: 4, column: 5 },
      { name: 'g', enabled: false, line: 5, column: 5 },
    ]),
    needs: (name) => (name === 'c' ? ['e'] : []),
  })
  assert.deepEqual(
    [...decisions].map(([name, { enabled, because }]) => [name, enabled, because]),
    [
      ['a', false, 'manager.disable()'],
      ['b', true, 'the plugins option'],
      ['c', true, 'ENABLED_PLUGINS names it'],
      ['d', false, 'ENABLED_PLUGINS says !d'],
      ['e', true, 'needed by c'],
      ['f', false, 'ENABLED_PLUGINS does not name it'],
      ['g', true, 'ENABLED_PLUGINS names it'],
    ],
  )
  assert.deepEqual(decisions.get('g')?.lost, [
    { source: 'config', enabled: false, because: 'plugins.config.json:5:5' },
    { source: 'unlisted', enabled: true, because: 'unlisted is "on"' },
  ])
  assert.equal(
    selected({ names: ['m'], enabled: () => false }).get('m')?.because,
    'metadata.json says enabled: false',
  )
  assert.equal(selected({ names: ['m'], config: config([], 'off') }).get('m')?.because, 'unlisted is "off"')
})

test('an entry that only carries settings decides nothing', () => {
  const decisions = selected({ names: ['x'], config: config([{ name: 'x', settings: { port: 1 } }], 'off') })
  assert.equal(decisions.get('x')?.source, 'unlisted')
  assert.equal(decisions.get('x')?.enabled, false)
})

test('an empty ENABLED_PLUGINS turns everything off, also what the config file has on', () => {
  const decisions = selected({
    names: ['x', 'y'],
    enabledPlugins: enabledPlugins(''),
    config: config([{ name: 'x', enabled: true }]),
  })
  assert.deepEqual(
    [...decisions.values()].map((one) => one.enabled),
    [false, false],
  )
})

test('K3 an empty list in the config file: it turns nothing off; "unlisted": "off" does', () => {
  assert.equal(selected({ names: ['x'], config: config([]) }).get('x')?.enabled, true)
  assert.equal(selected({ names: ['x'], config: config([], 'off') }).get('x')?.enabled, false)
})

test('a plugin that is pulled in pulls in what it needs itself', () => {
  const needs: Record<string, readonly string[]> = { web: ['api', 'log'], api: ['db'], db: ['log'] }
  const decisions = selected({
    names: ['api', 'db', 'idle', 'log', 'web'],
    config: config([{ name: 'web', enabled: true }], 'off'),
    needs: (name) => needs[name] ?? [],
  })
  assert.deepEqual(
    [...decisions].map(([name, { because }]) => [name, because]),
    [
      ['api', 'needed by web'],
      ['db', 'needed by api'],
      ['idle', 'unlisted is "off"'],
      ['log', 'needed by web'],
      ['web', 'plugins.config.json:3:5'],
    ],
  )
})

test('what was turned off by name does not pull in what it would need', () => {
  const needs: Record<string, readonly string[]> = { web: ['api'], api: ['db'] }
  const decisions = selected({
    names: ['api', 'db', 'web'],
    config: config(
      [
        { name: 'web', enabled: true },
        { name: 'api', enabled: false },
      ],
      'off',
    ),
    needs: (name) => needs[name] ?? [],
  })
  assert.equal(decisions.get('api')?.because, 'plugins.config.json:4:5')
  assert.equal(decisions.get('db')?.enabled, false)
})

test('a needed plugin that a default and a person turned off is off because of the person', () => {
  const decisions = selected({
    names: ['db', 'web'],
    enabledPlugins: enabledPlugins('web'),
    config: config([{ name: 'db', enabled: false }]),
    needs: (name) => (name === 'web' ? ['db'] : []),
  })
  const db = decisions.get('db')
  assert.equal(db?.because, 'plugins.config.json:3:5')
  assert.deepEqual(
    db.lost.map((one) => one.because),
    ['ENABLED_PLUGINS does not name it', 'unlisted is "on"'],
  )
})

test('plugins that need each other are pulled in once', () => {
  const needs: Record<string, readonly string[]> = { a: ['b'], b: ['c'], c: ['a'] }
  const decisions = selected({
    names: ['a', 'b', 'c'],
    config: config([{ name: 'a', enabled: true }], 'off'),
    needs: (name) => needs[name] ?? [],
  })
  assert.deepEqual(
    [...decisions.values()].map((one) => one.enabled),
    [true, true, true],
  )
})

test('of two that need it the first by name has pulled it in', () => {
  const needs: Readonly<Record<string, readonly string[]>> = { a: ['z', 'b'], b: ['c'], z: ['c'] }
  const decisions = selected({
    names: ['a', 'b', 'c', 'z'],
    config: config([{ name: 'a', enabled: true }], 'off'),
    needs: (name) => needs[name] ?? [],
  })
  assert.equal(decisions.get('c')?.because, 'needed by b')
})

test('a config file that cannot be used turns off what nobody stronger turns on, and says so; it turns nothing off by name', () => {
  const unusable = { ...config([], 'off'), unusable: true as const }
  const decisions = selected({
    names: ['a', 'b', 'c', 'd'],
    config: unusable,
    program: new Map([['a', { enabled: true, because: 'manager.enable()' }]]),
    enabled: (name) => name === 'b' || undefined,
    needs: (name) => (name === 'a' ? ['d'] : []),
  })
  const { lost: _, ...off } = decisions.get('c')!
  assert.deepEqual(off, { enabled: false, source: 'config', because: 'plugins.config.json cannot be used' })
  assert.deepEqual(
    [...decisions].map(([name, { enabled, source }]) => `${name} ${enabled} ${source}`),
    ['a true program', 'b false config', 'c false config', 'd true dependency'],
  )
  assert.deepEqual(
    decisions.get('b')!.lost.map(({ source }) => source),
    ['metadata'],
  )
})
