import { symlinkSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { HttpSnapshot, ManagerOptions, Scope } from 'plugbay'
import { afterwards } from '../../afterwards.ts'
import { managerFor, snapshot } from '../../manager.ts'
import type { TestManager } from '../../manager.ts'
import { pluginsFolder } from '../../plugin-folder.ts'
import type { Files, PluginsFolder } from '../../plugin-folder.ts'
import { ask } from './ask.ts'
import type { Answer, Question } from './ask.ts'
import type { Framework, Idiom, RoutesOptions } from './framework.ts'
import { Meetings } from './meetings.ts'

/** For a test: what waits for ever is to fail. */
export const LIMIT: { readonly timeout: number } = { timeout: 30_000 }

const modules = fileURLToPath(new URL('../../../../node_modules', import.meta.url))

/** A plugin in any framework. */
export interface Plugin {
  /** In reach as `edition`; default 1. */
  readonly edition?: number
  readonly metadata?: object
  /** Statements at the top of the module. */
  readonly top?: string
  /** Statements of `activate`, before the routes. */
  readonly before?: string
  readonly routes?: (idiom: Idiom) => readonly string[]
  /** An expression: the plugin's API. */
  readonly api?: string
}

/** The same plugin's files, in a framework. */
function pluginFiles(framework: Framework, name: string, plugin: Plugin): Files {
  const { idiom } = framework
  const { edition = 1, metadata = {}, top = '', before = '', routes = () => [], api = 'undefined' } = plugin
  const text = `${idiom.top}
    ${top}
    export const activate = async (ctx) => {
      const { http, sockets, meet } = ctx.host
      const edition = ${edition}
      ${before}
      ${idiom.begin}
      ${routes(idiom).join('\n')}
      return ${api}
    }
    `
  return { [`${name}/metadata.json`]: metadata, [`${name}/plugin.mjs`]: text }
}

/** A host with a plugins folder. */
export interface Site {
  readonly manager: TestManager
  readonly folder: PluginsFolder
  readonly meetings: Meetings
  readonly port: number
  /** Writes a plugin, new or changed. */
  drop(name: string, plugin: Plugin): void
  ask(path: string, question?: Question): Promise<Answer>
  /** `status body` of a GET. */
  text(path: string): Promise<string>
  /** Asks until `status body` is so. */
  gives(path: string, wanted: string): Promise<void>
  /** Resolves once a plugin has been told to drain so many times. */
  draining(name: string, count?: number): Promise<void>
  http(name: string): HttpSnapshot
  closeRoutes(): Promise<void>
}

export interface SiteOptions {
  readonly plugins?: Readonly<Record<string, Plugin>>
  readonly routes?: RoutesOptions
  readonly manager?: ManagerOptions
}

/** Opens a host in a framework and starts its plugins; everything is closed after the test. */
export async function siteOn(
  t: TestContext,
  framework: Framework,
  { plugins = {}, routes = {}, manager: options = {} }: SiteOptions = {},
): Promise<Site> {
  const folder = pluginsFolder(t)
  symlinkSync(modules, join(folder.root, 'node_modules'))
  const drop = (name: string, plugin: Plugin): void => folder.write(pluginFiles(framework, name, plugin))
  for (const [name, plugin] of Object.entries(plugins)) drop(name, plugin)
  const mounted = await framework.mount(routes)
  afterwards(t, () => mounted.close())
  const meetings = new Meetings()
  const manager = managerFor(t, folder, {
    context: (scope: Scope) => {
      const host = { http: mounted.open(scope), sockets: mounted.sockets(scope), meet: meetings.meet }
      scope.onDrain(() => meetings.pass(`drain of ${scope.name}`))
      return host
    },
    ...options,
  })
  afterwards(t, () => meetings.close())
  await manager.start()
  const { port } = mounted.server.address() as AddressInfo
  const text = async (path: string): Promise<string> => {
    const { status, body } = await ask(port, path)
    return `${status} ${body}`
  }
  return {
    manager,
    folder,
    meetings,
    port,
    drop,
    ask: (path, question) => ask(port, path, question),
    text,
    gives: async (path, wanted) => {
      const late = AbortSignal.timeout(15_000)
      for (let last = await text(path); last !== wanted; last = await text(path))
        if (late.aborted) throw new Error(`${path} gives ${last} and not ${wanted}`)
    },
    closeRoutes: () => mounted.closeRoutes(),
    draining: (name, count) => meetings.arrival(`drain of ${name}`, count),
    http: (name) => {
      const { http } = snapshot(manager, name)
      if (!http) throw new Error(`${name} has no http in its snapshot`)
      return http
    },
  }
}
