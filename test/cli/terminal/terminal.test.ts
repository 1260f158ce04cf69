import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printable, terminal, wrapped } from '#src/cli/terminal/terminal.js'

const stream = (isTTY: boolean, columns = 80): { isTTY: boolean; columns: number; write: () => boolean } => ({
  isTTY,
  columns,
  write: () => true,
})

test('X4 output that is no terminal, or NO_COLOR: no colours', () => {
  assert.equal(terminal(stream(true), {}).paint('bad', 'x'), '\u001b[31mx\u001b[39m')
  assert.equal(terminal(stream(true), {}).paint('bad', ''), '')
  assert.equal(terminal(stream(true), { NO_COLOR: '1' }).paint('bad', 'x'), 'x')
  assert.equal(terminal(stream(true), { NO_COLOR: '' }).paint('soft', 'x'), '\u001b[90mx\u001b[39m')
  assert.equal(terminal(stream(true), { TERM: 'dumb' }).paint('bad', 'x'), 'x')
  assert.equal(terminal(stream(false), {}).paint('bad', 'x'), 'x')
})

test('a terminal is as wide as it is now, a file is as wide as it takes', () => {
  const tty = stream(true, 60)
  const out = terminal(tty, {})
  assert.equal(out.width, 60)
  tty.columns = 40
  assert.equal(out.width, 40)
  assert.equal(terminal(stream(false), {}).width, Infinity)
})

test('escape sequences and control characters of a stranger are not printed', () => {
  assert.equal(printable('a\u001b[2Jb\u001b]0;title\u0007c\rd\u0000e\u009bf\tg\nh'), 'abcde\tg\nh')
})

test('text is broken between words, a long word stays whole, indentation stays', () => {
  assert.deepEqual(wrapped('one two three', 7), ['one two', 'three'])
  assert.deepEqual(wrapped('one two three', 7, 3), ['one', 'two', 'three'])
  assert.deepEqual(wrapped('see /a/very/long/path now', 8), ['see', '/a/very/long/path', 'now'])
  assert.deepEqual(wrapped('one\n  two  three', 80), ['one', '  two  three'])
  assert.deepEqual(wrapped('', 10), [''])
  assert.deepEqual(wrapped('one two', Infinity), ['one two'])
})
