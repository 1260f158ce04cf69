import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Scope } from 'plugbay'
import { httpRoutes } from '#src/http/http.js'
import { managerFor, snapshot, until } from '../manager.js'
import type { TestManager } from '../manager.js'
import { pluginCode } from '../plugin-code.js'
import { pluginsFolder } from '../plugin-folder.js'
import type { Files, PluginsFolder } from '../plugin-folder.js'

interface Site {
  readonly folder: PluginsFolder
  readonly manager: TestManager
  readonly text: (path: string) => Promise<string>
}

/** All that a host has to do. */
async function site(t: TestContext, files: Files): Promise<Site> {
  const folder = pluginsFolder(t, files)
  const routes = httpRoutes()
  const manager = managerFor(t, folder, { context: (scope: Scope) => ({ http: routes.open(scope) }) })
  const server: Server = createServer(routes.handler())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  await manager.start()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    folder,
    manager,
    text: async (path) => {
      const response = await fetch(url + path)
      return `${response.status} ${await response.text()}`
    },
  }
}

const says = (what: string, deactivate?: string): string =>
  pluginCode('cjs', {
    activate: `ctx.host.http.on('request', (_, response) => response.end(${JSON.stringify(what)}))`,
    ...(deactivate !== undefined && { deactivate }),
  })

test('the routes of a plugin come, change and go with it, and its counts are in the snapshot', async (t) => {
  const { folder, manager, text } = await site(t, { 'a/plugin.cjs': says('one') })
  assert.equal(await text('/a'), '200 one')
  folder.write({ 'a/plugin.cjs': says('two') })
  await manager.settled()
  assert.equal(await text('/a/x'), '200 two')
  await until(() => snapshot(manager, 'a').http?.inFlight === 0)
  assert.deepEqual(snapshot(manager, 'a').http, {
    prefix: '/a',
    routes: [{ method: 'ALL', path: '/a/*' }],
    requests: 2,
    errors: 0,
    inFlight: 0,
  })
  await manager.disable('a')
  assert.equal(await text('/a'), '404 Not Found')
  assert.equal(snapshot(manager, 'a').http, undefined)
  await manager.enable('a')
  assert.equal(await text('/a'), '200 two')
  assert.equal(snapshot(manager, 'a').http?.requests, 3)
})

test('what waits while a plugin stops for good gets its 404 as soon as that is sure', async (t) => {
  const { manager, text } = await site(t, {
    'a/plugin.cjs': says('one', `await new Promise((resolve) => { globalThis.letGo = resolve })`),
  })
  const disabling = manager.disable('a')
  const held = globalThis as { letGo?: () => void }
  await until(() => held.letGo)
  const asked = text('/a')
  let answered = false
  void asked.then(() => {
    answered = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(answered, false)
  held.letGo!()
  delete held.letGo
  assert.equal(await asked, '404 Not Found')
  await disabling
})

test('two plugins that want one prefix: the problem names both, and the first goes on', async (t) => {
  const { manager, text } = await site(t, {
    'first/metadata.json': { routes: { prefix: '/shop' } },
    'first/plugin.cjs': says('first'),
    'second/metadata.json': { routes: { prefix: '/shop' } },
    'second/plugin.cjs': says('second'),
  })
  const { state, problem } = snapshot(manager, 'second')
  assert.equal(state, 'failed')
  assert.match(problem!.message, /first.*second.*\/shop/)
  assert.equal(await text('/shop'), '200 first')
  await manager.disable('first')
  await manager.reload('second')
  assert.equal(await text('/shop'), '200 second')
})

test('a plugin whose prefix another one has comes up as soon as that one is gone', async (t) => {
  const { manager, text } = await site(t, {
    'a/metadata.json': { routes: { prefix: '/x' } },
    'a/plugin.cjs': says('a'),
    'b/metadata.json': { routes: { prefix: '/x' } },
    'b/plugin.cjs': says('b'),
  })
  assert.equal(await text('/x'), '200 a')
  const { state, problem } = snapshot(manager, 'b')
  assert.equal(state, 'failed')
  assert.match(problem!.message, /plugins a and b both want the routes under \/x; a has them/)
  await manager.reload('a')
  assert.equal(await text('/x'), '200 a')
  assert.equal(snapshot(manager, 'b').failures, 1)
  await manager.disable('a')
  await until(() => snapshot(manager, 'b').state === 'active')
  assert.equal(await text('/x'), '200 b')
  await manager.enable('a')
  assert.equal(snapshot(manager, 'a').state, 'failed')
  await manager.disable('b')
  await until(() => snapshot(manager, 'a').state === 'active')
  assert.equal(snapshot(manager, 'b').state, 'off')
})
