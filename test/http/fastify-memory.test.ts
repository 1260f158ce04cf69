import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pluginsFolder } from '../plugin-folder.ts'

const child = fileURLToPath(new URL('fastify-memory.child.js', import.meta.url))
const run = promisify(execFile)

const heavy = `
export const activate = async ({ host: { http } }) => {
  await http.register(Object.assign(async (instance) => {
    instance.decorate('state', new Array(10_000).fill(0))
    instance.decorateRequest('mine', null)
    instance.addHook('onRequest', async (request) => { request.mine = instance.state })
    instance.addHook('onClose', async () => {})
  }, { [Symbol.for('skip-override')]: true }))
  http.setErrorHandler((error, request, reply) => { reply.send(error) })
  http.get('/:id', {
    schema: { params: { type: 'object', properties: { id: { type: 'integer' } } } },
  }, async (request) => ({ ...request.params, length: request.mine.length }))
  http.get('/throws', async () => { throw new Error('boom') })
}
`

test('of 100 old generations none is alive, nor a listener of theirs, and nothing is warned of', async (t) => {
  const folder = pluginsFolder(t, { 'heavy/plugin.mjs': heavy })
  const { stdout } = await run(process.execPath, ['--expose-gc', child, folder.path, folder.cache, '100'])
  assert.deepEqual(JSON.parse(stdout), {
    reloads: 100,
    alive: 0,
    listeners: 0,
    upgrades: 1,
    subscribers: false,
    warnings: [],
  })
})
