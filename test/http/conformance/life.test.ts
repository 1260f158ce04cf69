import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../manager.ts'
import { frameworks } from './frameworks.ts'
import { LIMIT, siteOn } from './site.ts'
import type { Plugin } from './site.ts'

const hello = (edition: number, more: Plugin = {}): Plugin => ({
  edition,
  routes: ({ text }) => [text('/', '`hello ${edition}`')],
  ...more,
})

for (const framework of frameworks) {
  test(
    `${framework.name}: routes come with a folder, change with an edit, go with the folder`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { manager: { watch: { settle: 10, rescan: 0 } } })
      const unknown = await site.ask('/nowhere')
      assert.equal(unknown.status, 404)
      assert.equal((await site.ask('/hello')).status, 404)
      site.drop('hello', hello(1))
      await site.gives('/hello', '200 hello 1')
      site.drop(
        'hello',
        hello(2, { routes: ({ text }) => [text('/', '`hello ${edition}`'), text('/more', '"more"')] }),
      )
      await site.gives('/hello', '200 hello 2')
      assert.equal(await site.text('/hello/more'), '200 more')
      site.drop('hello', hello(3))
      await site.gives('/hello', '200 hello 3')
      assert.equal((await site.ask('/hello/more')).status, 404)
      site.folder.remove('hello')
      await until(() => site.manager.get('hello') === undefined, 'gone')
      const gone = await site.ask('/hello')
      assert.equal(gone.status, 404)
      assert.equal(gone.body.replaceAll('hello', 'nowhere'), unknown.body)
      assert.equal(gone.headers['content-type'], unknown.headers['content-type'])
    },
  )

  test(
    `H23 a route of a plugin that is off (${framework.name}): an unknown path, until it is on again`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { hello: hello(1) } })
      assert.equal(await site.text('/hello'), '200 hello 1')
      await site.manager.disable('hello')
      const off = await site.ask('/hello')
      const unknown = await site.ask('/nowhere')
      assert.equal(off.status, 404)
      assert.equal(off.body.replaceAll('hello', 'nowhere'), unknown.body)
      assert.equal(await site.text('/host'), '200 the host')
      await site.manager.enable('hello')
      assert.equal(await site.text('/hello'), '200 hello 1')
    },
  )

  test(
    `${framework.name}: an edit that does not load, or does not start, leaves the old routes`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { hello: hello(1) } })
      site.drop('hello', hello(2, { top: 'const = nonsense' }))
      await site.manager.settled()
      assert.equal(await site.text('/hello'), '200 hello 1')
      site.drop('hello', hello(3, { before: 'throw new Error("not today")' }))
      await site.manager.settled()
      assert.equal(await site.text('/hello'), '200 hello 1')
      site.drop('hello', hello(4, { api: '(() => { throw new Error("after its routes") })()' }))
      await site.manager.settled()
      assert.equal(await site.text('/hello'), '200 hello 1')
      assert.ok(site.manager.heard.codes('hello').includes('ERR_PLUGIN_ACTIVATE'))
      site.drop('hello', hello(5))
      await site.manager.settled()
      assert.equal(await site.text('/hello'), '200 hello 5')
    },
  )

  test(`${framework.name}: metadata.json may name another prefix, and change it`, LIMIT, async (t) => {
    const at = (prefix: string): Plugin => hello(1, { metadata: { routes: { prefix } } })
    const site = await siteOn(t, framework, { plugins: { hello: at('/group/greeting') } })
    assert.equal(await site.text('/group/greeting'), '200 hello 1')
    assert.equal((await site.ask('/hello')).status, 404)
    assert.equal((await site.ask('/group')).status, 404)
    assert.equal((await site.ask('/group/greetings')).status, 404)
    assert.equal(site.http('hello').prefix, '/group/greeting')
    site.drop('hello', at('/other'))
    await site.manager.settled()
    assert.equal(await site.text('/other'), '200 hello 1')
    assert.equal((await site.ask('/group/greeting')).status, 404)
  })

  test(
    `H24 two plugins that want one prefix (${framework.name}): the first has it, and the problem names both`,
    LIMIT,
    async (t) => {
      const site = await siteOn(t, framework, { plugins: { hello: hello(1) } })
      site.drop('imposter', {
        metadata: { routes: { prefix: '/hello' } },
        routes: ({ text }) => [text('/', '"imposter"')],
      })
      await site.manager.settled()
      const imposter = site.manager.get('imposter')
      assert.equal(imposter?.state, 'failed')
      assert.equal(imposter.problem?.plugin, 'imposter')
      assert.match(imposter.problem.message, /hello/)
      assert.match(imposter.problem.message, /imposter/)
      assert.equal(site.manager.get('hello')?.state, 'active')
      assert.equal(await site.text('/hello'), '200 hello 1')
      assert.equal(await site.text('/host'), '200 the host')
      // The first can still be reloaded, and the second has the place once it is free.
      await site.manager.reload('hello')
      assert.equal(await site.text('/hello'), '200 hello 1')
      await site.manager.disable('hello')
      await site.manager.reload('imposter')
      assert.equal(await site.text('/hello'), '200 imposter')
    },
  )

  test(`${framework.name}: the snapshot lists prefix, routes and counts`, LIMIT, async (t) => {
    const site = await siteOn(t, framework, { plugins: { hello: hello(1) } })
    const { prefix, routes, requests, errors, inFlight } = site.http('hello')
    assert.deepEqual(routes, framework.listed('/hello'))
    assert.deepEqual(
      { prefix, requests, errors, inFlight },
      { prefix: '/hello', requests: 0, errors: 0, inFlight: 0 },
    )
    await site.text('/hello')
    await site.text('/hello')
    await site.manager.reload('hello')
    await site.text('/hello')
    assert.equal(site.http('hello').requests, 3)
    await site.manager.disable('hello')
    assert.equal(site.manager.get('hello')?.http, undefined)
  })
}
