import assert from 'node:assert/strict'
import test from 'node:test'
import { FileContent } from '#src/act/load/file-content.js'
import { commonjsReady } from '#src/act/load/commonjs.js'
import { PlainModules } from '#src/act/load/plain-modules.js'

const fact = { size: 0, mtimeMs: 0, ctimeMs: 0, ino: 1 }

test('a file is read and compiled once, until it says something else or is let go', async () => {
  await commonjsReady
  const modules = new PlainModules()
  let read = 0
  const of = (text: string): unknown =>
    modules.of('/p', '/p/a.mjs', new FileContent(fact, text), () => {
      read++
      return text
    })
  const first = of('export const a = 1')
  assert.equal(of('export const a = 1'), first)
  assert.equal(read, 1)
  assert.notEqual(of('export const a = 2'), first)
  assert.equal(read, 2)
  modules.keep('/p', (path) => path === '/p/a.mjs')
  of('export const a = 2')
  assert.equal(read, 2)
  modules.keep('/p', () => false)
  of('export const a = 2')
  assert.equal(read, 3)
  modules.forget('/p')
  of('export const a = 2')
  assert.equal(read, 4)
})

test('that a file needs a compiler is remembered, too', async () => {
  await commonjsReady
  const modules = new PlainModules()
  let read = 0
  for (let round = 0; round < 2; round++) {
    const module = modules.of('/p', '/p/a.mjs', new FileContent(fact, 'await 1'), () => {
      read++
      return 'await 1'
    })
    assert.ok('refused' in module)
  }
  assert.equal(read, 1)
})
