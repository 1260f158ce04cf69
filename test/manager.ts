import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createPluginManager } from 'plugbay'
import type {
  Logger,
  ManagerEvents,
  ManagerOptions,
  Plan,
  PluginManager,
  PluginSnapshot,
  Problem,
  ProblemCode,
  Report,
} from 'plugbay'
import { afterwards } from './afterwards.ts'
import type { PluginsFolder } from './plugin-folder.ts'

/** Everything that a manager said. */
interface Heard {
  readonly states: readonly ManagerEvents['state'][]
  readonly plans: readonly Plan[]
  readonly reports: readonly Report[]
  readonly problems: readonly Problem[]
  readonly watch: readonly ManagerEvents['watch'][]
  /** Lines of the logger, as `level text`. */
  readonly lines: readonly string[]
  /** The states that a plugin went through. */
  statesOf(name: string): string[]
  codes(plugin?: string): ProblemCode[]
}

/** A manager that says nothing on the console, and what it said instead. */
export interface TestManager extends PluginManager {
  readonly heard: Heard
}

/** Makes a manager for a folder; it does not watch unless told so, and is closed after the test. */
export function managerFor(
  t: TestContext,
  folder: PluginsFolder | undefined,
  options: ManagerOptions = {},
): TestManager {
  const lines: string[] = []
  const manager = createPluginManager({
    directory: folder?.path ?? [],
    config: folder?.configFile ?? false,
    cacheDirectory: folder?.cache,
    watch: false,
    env: {},
    log: collectingLog(lines),
    ...options,
  })
  afterwards(t, () => manager.close())
  const heard = listen(manager, lines)
  return Object.defineProperty(manager, 'heard', { value: heard }) as TestManager
}

function listen(manager: PluginManager, lines: readonly string[]): Heard {
  const states: ManagerEvents['state'][] = []
  const plans: Plan[] = []
  const reports: Report[] = []
  const problems: Problem[] = []
  const watch: ManagerEvents['watch'][] = []
  manager.on('state', (event) => states.push(event))
  manager.on('plan', (event) => plans.push(event))
  manager.on('report', (event) => reports.push(event))
  manager.on('problem', (event) => problems.push(event))
  manager.on('watch', (event) => watch.push(event))
  return {
    states,
    plans,
    reports,
    problems,
    watch,
    lines,
    statesOf: (name) => states.filter((event) => event.name === name).map(({ to }) => to),
    codes: (plugin) =>
      problems.filter((problem) => plugin === undefined || problem.plugin === plugin).map(({ code }) => code),
  }
}

/** A logger that keeps its lines to itself. */
export function collectingLog(lines: string[]): Logger {
  const at =
    (level: string) =>
    (...values: unknown[]): void => {
      lines.push([level, ...values.map(String)].join(' '))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Waits until something is so. Throws with what `describe` says when it is not in time. */
export async function until(
  condition: () => unknown,
  what: string | (() => unknown) = 'the condition',
  deadline = 15_000,
): Promise<void> {
  const end = performance.now() + deadline
  while (!condition()) {
    if (performance.now() > end) {
      const said = typeof what === 'string' ? what : JSON.stringify(what(), null, 1)
      throw new Error(`not so within ${deadline} ms: ${said}`)
    }
    await delay(5)
  }
}

/** What a manager came to, in a form that two managers on the same disk must agree on. */
export function endingOf(manager: PluginManager): unknown[] {
  return manager.plugins.map(({ name, state, version }) => {
    const { value } = manager.api(name) ?? {}
    return { name, state, version, value }
  })
}

/** What a fresh manager makes of the same disk. */
export async function freshEnding(
  t: TestContext,
  folder: PluginsFolder,
  options: ManagerOptions = {},
): Promise<unknown> {
  const manager = managerFor(t, folder, { ...options, watch: false })
  await manager.start()
  const ending = endingOf(manager)
  await manager.close()
  return ending
}

/** A plugin that must be there. */
export function snapshot(manager: PluginManager, name: string): PluginSnapshot {
  const found = manager.get(name)
  if (!found)
    throw new Error(`no plugin ${name} among ${manager.plugins.map((plugin) => plugin.name).join()}`)
  return found
}

/** The value of a plugin whose API is `{ value }`. */
export function valueOf(manager: PluginManager, name: string): unknown {
  return manager.api<{ value: unknown }>(name)?.value
}
