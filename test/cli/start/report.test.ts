import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pluginLog } from '#src/cli/start/plugin-log.js'
import { reporter } from '#src/cli/start/report.js'
import type { Reporter } from '#src/cli/start/report.js'
import { terminal } from '#src/cli/terminal/terminal.js'
import { where } from '#src/cli/terminal/where.js'
import type { Problem } from '#src/model/problem.js'

function listen(columns?: number): { report: Reporter; lines: () => string[] } {
  let text = ''
  const stream = {
    write: (chunk: string | Uint8Array): boolean => {
      text += String(chunk)
      return true
    },
    ...(columns !== undefined && { isTTY: true, columns }),
  }
  const report = reporter(terminal(stream, { NO_COLOR: '1' }), '/app', () => '12:34:56')
  return { report, lines: () => text.split('\n') }
}

const problem: Problem = {
  code: 'ERR_PLUGIN_SYNTAX',
  severity: 'error',
  plugin: 'hello',
  file: '/app/plugins/hello/plugin.ts',
  line: 3,
  column: 9,
  message: 'Expected ";" but found "x"',
  hint: 'Mend it and save; the next good save takes over.',
}

test('a problem is file:line:column code message, with the hint below', () => {
  const { report, lines } = listen()
  report.problem(problem)
  report.listed({ ...problem, file: '/elsewhere/x.json', line: 1 })
  report.problem({
    code: 'ERR_PLUGIN_WATCH',
    severity: 'warning',
    message: 'No more watches.',
    hint: 'Raise them.',
  })
  assert.deepEqual(lines(), [
    '12:34:56  hello       plugins/hello/plugin.ts:3:9 ERR_PLUGIN_SYNTAX Expected ";" but found "x"',
    '  Mend it and save; the next good save takes over.',
    '../elsewhere/x.json:1:9 ERR_PLUGIN_SYNTAX Expected ";" but found "x"',
    '  Mend it and save; the next good save takes over.',
    '12:34:56  -           ERR_PLUGIN_WATCH No more watches.',
    '  Raise them.',
    '',
  ])
})

test('lines fit 60 columns, but for a path, which stays whole', () => {
  const { report, lines } = listen(60)
  report.problem({ ...problem, message: 'word '.repeat(40).trim() })
  report.change({ name: 'hello', what: 'blocked: '.repeat(12).trim(), tone: 'odd' })
  report.problem({ ...problem, file: `/app/plugins/${'long/'.repeat(20)}x.ts` })
  for (const line of lines()) assert.ok(line.length <= 60 || line.includes('long/long'), line)
  assert.ok(lines().some((line) => line.endsWith('x.ts:3:9')))
})

test('an escape sequence in a message does not reach the terminal', () => {
  const { report, lines } = listen()
  report.problem({ ...problem, plugin: 'he\u001b[2Jllo', message: '\u001b]0;owned\u0007red \u001b[31malert' })
  assert.equal(lines()[0], '12:34:56  hello       plugins/hello/plugin.ts:3:9 ERR_PLUGIN_SYNTAX red alert')
})

test('files are shown relative to where plugbay was started, if they are near', () => {
  assert.equal(where({ file: '/app/a.js' }, '/app'), 'a.js')
  assert.equal(where({ file: '/other/a.js', line: 2 }, '/app'), '../other/a.js:2')
  assert.equal(where({ file: '/x/y/a.js' }, '/app/deep'), '/x/y/a.js')
  assert.equal(where({}, '/app'), '')
})

test("what a plugin logs carries its name, what the manager logs plugbay's", () => {
  const { report, lines } = listen()
  const log = pluginLog(report)
  log.info('[hello]', 'got %d of', 3, { a: 1 })
  log.warn('plain')
  log.error('[hello]', 'x')
  log.debug('[hello]', 'not shown')
  assert.deepEqual(lines(), [
    '12:34:56  hello       got 3 of { a: 1 }',
    '12:34:56  plugbay     plain',
    '12:34:56  hello       x',
    '',
  ])
})
