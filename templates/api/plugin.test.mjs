// node --test plugin.test.mjs
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { createPluginManager } from 'plugbay'
import { honoRoutes } from 'plugbay/hono'

const name = '%NAME%'

/** This plugin as a host runs it, and no other. */
async function started(t, settings = {}) {
  const routes = honoRoutes()
  const manager = createPluginManager({
    directory: [],
    plugins: [{ name, path: import.meta.dirname, settings }],
    context: (scope) => ({ http: routes.open(scope) }),
    config: false,
    env: {},
    watch: false,
    strict: true,
  })
  t.after(() => manager.close())
  await manager.start()
  const site = new Hono().use('*', routes.middleware())
  const ask = (method, path, body, type = 'application/json') =>
    site.request(path.startsWith(`/${name}`) ? path : `/${name}${path}`, {
      method,
      ...(body !== undefined && {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': type },
      }),
    })
  /** Asks for something that is refused. */
  const refused = async (status, ...request) => {
    const answer = await ask(...request)
    assert.equal(answer.status, status)
    assert.equal(answer.headers.get('content-type'), 'application/problem+json')
    const problem = await answer.json()
    assert.equal(problem.status, status)
    return { ...problem, allow: answer.headers.get('allow') }
  }
  return { manager, ask, refused }
}

test('an item is created, found, listed, changed and deleted', async (t) => {
  const { ask, refused } = await started(t)
  const created = await ask('POST', '/items', { title: 'Write a plugin' })
  assert.equal(created.status, 201)
  const path = created.headers.get('location')
  const item = await created.json()
  assert.deepEqual([item.title, item.done, path], ['Write a plugin', false, `/${name}/items/${item.id}`])
  assert.deepEqual(await (await ask('GET', path)).json(), item)
  assert.deepEqual(await (await ask('GET', '/items')).json(), { total: 1, items: [item] })

  const changed = await (await ask('PUT', path, { title: 'Write another', done: true })).json()
  assert.deepEqual(changed, { ...item, title: 'Write another', done: true, updatedAt: changed.updatedAt })
  assert.deepEqual(await (await ask('GET', path)).json(), changed)

  assert.equal((await ask('DELETE', path)).status, 204)
  for (const method of ['GET', 'DELETE']) await refused(404, method, path)
  await refused(404, 'PUT', path, { title: 'Too late' })
})

test('items are kept over a reload', async (t) => {
  const { manager, ask } = await started(t)
  const { id } = await (await ask('POST', '/items', { title: 'Stays' })).json()
  await manager.reload(name)
  assert.equal((await ask('GET', `/items/${id}`)).status, 200)
})

test('a long list comes in parts', async (t) => {
  const { ask, refused } = await started(t)
  for (const title of ['a', 'b', 'c']) await ask('POST', '/items', { title })
  const part = await (await ask('GET', '/items?limit=1&offset=1')).json()
  assert.deepEqual([part.total, part.items.map(({ title }) => title)], [3, ['b']])
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'offset=-1'])
    await refused(400, 'GET', `/items?${query}`)
})

test('what is no item is refused, and the answer says why', async (t) => {
  const { ask, refused } = await started(t)
  const { errors } = await refused(422, 'POST', '/items', { title: '', done: 'no', 'a/b': 1 })
  assert.deepEqual(
    errors.map(({ pointer }) => pointer),
    ['/title', '/done', '/a~1b'],
  )
  for (const body of [[], null, 'null', '"text"', { title: 'x'.repeat(201) }])
    await refused(422, 'POST', '/items', body)
  await refused(400, 'POST', '/items', '{')
  await refused(413, 'POST', '/items', JSON.stringify({ title: 'x'.repeat(100_000) }))
  await refused(415, 'POST', '/items', '{}', 'text/plain')
  assert.equal((await (await ask('GET', '/items')).json()).total, 0)
})

test('there are no more items than the settings allow', async (t) => {
  const { ask, refused } = await started(t, { most: 1 })
  assert.equal((await ask('POST', '/items', { title: 'First' })).status, 201)
  await refused(409, 'POST', '/items', { title: 'Second' })
})

test('other methods and other paths are refused', async (t) => {
  const { refused } = await started(t)
  assert.equal((await refused(405, 'DELETE', '/items')).allow, 'GET, POST')
  assert.equal((await refused(405, 'POST', '/items/1')).allow, 'GET, PUT, DELETE')
  await refused(404, 'GET', '/nothing')
})

test('the OpenAPI document names every route', async (t) => {
  const { manager, ask } = await started(t)
  const document = await (await ask('GET', '/openapi.json')).json()
  assert.equal(document.openapi, '3.1.0')
  const listed = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((key) => key !== 'parameters')
      .map((method) => `${method.toUpperCase()} ${document.servers[0].url}${path}`),
  )
  const routes = manager
    .get(name)
    .http.routes.filter(({ method, path }) => method !== 'ALL' && path.includes('/items'))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/, '{$1}')}`)
  assert.deepEqual(listed.sort(), routes.sort())
})
