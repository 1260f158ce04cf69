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
  const ask = (path, init) => site.request(`/${name}${path}`, init)
  const post = (form, headers = {}) => ask('', { method: 'POST', headers, body: new URLSearchParams(form) })
  const page = async () => (await ask('')).text()
  return { manager, ask, post, page }
}

test('a message that is posted stands on the page, escaped, over a reload', async (t) => {
  const { manager, post, page } = await started(t)
  const answer = await post({ by: 'Ada', text: '<b>hi</b>' })
  assert.equal(answer.status, 303)
  assert.equal(answer.headers.get('location'), `/${name}`)
  assert.match(await page(), /<p>&lt;b&gt;hi&lt;\/b&gt;<\/p>\s*<footer>Ada,/)
  await manager.reload(name)
  assert.match(await page(), /<footer>Ada,/)
})

test('what is wrong with a message is said, and what was written is not lost', async (t) => {
  const { post, page } = await started(t)
  const answer = await post({ by: 'Ada', text: 'x'.repeat(281) })
  assert.equal(answer.status, 422)
  assert.match(await answer.text(), /x{281}[^]*1 to 280 characters/)
  assert.equal((await post({ text: ' ' })).status, 422)
  assert.doesNotMatch(await page(), /<li>/)
})

test('a page of another site cannot post', async (t) => {
  const { post, page } = await started(t)
  const text = 'from elsewhere'
  assert.equal((await post({ text }, { 'sec-fetch-site': 'cross-site' })).status, 403)
  assert.equal((await post({ text }, { origin: 'https://example.com' })).status, 403)
  assert.equal((await post({ text }, { origin: 'null' })).status, 403)
  assert.doesNotMatch(await page(), /from elsewhere/)
  assert.equal((await post({ text }, { 'sec-fetch-site': 'same-origin' })).status, 303)
})

test('files of public/ are served, and no others', async (t) => {
  const { ask } = await started(t)
  const style = await ask('/public/style.css')
  assert.equal(style.headers.get('content-type'), 'text/css; charset=utf-8')
  assert.match(await style.text(), /--accent/)
  for (const path of ['/public/none.css', '/public/..%2Fmetadata.json', '/public/%2e%2e/metadata.json'])
    assert.equal((await ask(path)).status, 404, path)
})

test('the oldest message goes when there are too many', async (t) => {
  const { post, page } = await started(t, { most: 2 })
  for (const text of ['one', 'two', 'three']) await post({ text })
  const html = await page()
  assert.match(html, /three[^]*two/)
  assert.doesNotMatch(html, /one/)
})
