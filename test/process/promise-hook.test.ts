import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { pluginsFolder } from '../plugin-folder.ts'

const child = fileURLToPath(new URL('promise-hook.child.js', import.meta.url))
const FLAG = '--trace-protector-invalidation'

/** What a process says that serves plugins whose `activate` begins like this, and what V8 says of its promises. */
function serve(t: TestContext, activate: string): string[] {
  const body = `(ctx) => { ctx.host.http.get('/', (c) => c.text('one')) }`
  const folder = pluginsFolder(t, {
    'a/plugin.cjs': `exports.activate = ${activate} ${body}`,
    'b/plugin.mjs': `export const activate = ${activate} ${body}`,
    'c/plugin.ts': `export const activate = ${activate} ${body.replace('(ctx)', '(ctx: any)').replace('(c)', '(c: any)')}`,
  })
  return execFileSync(process.execPath, [FLAG, child, folder.root], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => /^[abc] |PromiseHook/.test(line))
}

const answers = ['a one', 'b one', 'c one']
const hooked = 'Invalidating protector cell PromiseHook'
/** Since then, V8 itself keeps whose code runs. */
const free = Number(process.versions.node.split('.')[0]) >= 24

test('plugins that are activated at once leave the promises of the process as quick as they were', (t) => {
  assert.deepEqual(serve(t, ''), answers)
})

test('an async activate does not, before Node 24', (t) => {
  assert.deepEqual(serve(t, 'async'), free ? answers : [hooked, ...answers])
})
