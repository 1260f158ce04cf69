import path from 'node:path'
import { noPlugins } from '../no-plugins.ts'
import type { PluginManager } from '../../model/plugin-manager.ts'
import { changes } from './changes.ts'
import type { HostAddress, HostLog } from './host-log.ts'
import { pluginLog } from './plugin-log.ts'
import { reporter } from './report.ts'
import type { Reporter } from './report.ts'
import { milliseconds, table } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'

/**
 * For people: a table of the plugins, and then one line for each change and each problem.
 * @param directory the plugins folder, absolute
 * @param from files are shown relative to this folder
 */
export function prettyLog(out: Terminal, directory: string, from: string): HostLog {
  const report = reporter(out, from)
  let begun: { readonly manager: PluginManager; readonly address: HostAddress } | undefined
  let stop = (): void => undefined
  return {
    plugins: pluginLog(report),
    begin: (manager, address) => {
      begun = { manager, address }
    },
    started: ({ problems, ms, active }) => {
      const { manager, address } = begun!
      const { plugins } = manager
      const folder = path.relative(from, directory) || '.'
      out.print(plugins.length === 0 ? noPlugins(folder, ' yet') : table(plugins, out))
      out.print('')
      for (const problem of problems) report.listed(problem)
      if (problems.length > 0) out.print('')
      out.print(
        out.paint('soft', `${active.length} of ${plugins.length} active after ${milliseconds(ms)} ms`),
      )
      invite(out, address)
      stop = tell(manager, report)
    },
    threw: ({ plugin, method, path, message, place }) =>
      report.thrown(plugin, `${method} ${path} threw: ${message}`, place),
    note: (text) => report.line('plugbay', text, 'odd'),
    refused: (problems) => {
      for (const problem of problems) report.listed(problem)
      const what = problems.length === 1 ? '1 problem' : `${problems.length} problems`
      process.stderr.write(`${what} under --strict: nothing runs.\n`)
    },
    closing: (signal) => {
      report.line('plugbay', `${signal}: closing; once more ends it at once`, 'soft')
      // What plugins come to now is no news.
      stop()
    },
    closed: (ms) => report.line('plugbay', `closed after ${milliseconds(ms)} ms`, 'soft'),
  }
}

/** Where to look. */
function invite(out: Terminal, { url, host, open, watch }: HostAddress): void {
  out.print(out.paint('strong', url))
  if (open) out.print(out.paint('odd', `Open to the network (${host}): whoever reaches it sees and uses it.`))
  if (!watch) out.print(out.paint('soft', 'Not watching: a change shows after a restart.'))
  out.print('')
}

/** One line for each change and each problem, from now on. Returns what stops it. */
function tell(manager: PluginManager, report: Reporter): () => void {
  let shown = manager.plugins
  let between = false
  let later: NodeJS.Immediate | undefined
  const look = (): void => {
    // In the middle of a transition the states are of no interest.
    if (between) return
    const now = manager.plugins
    for (const change of changes(shown, now)) report.change(change)
    shown = now
  }
  const lookSoon = (): void => {
    clearImmediate(later)
    later = setImmediate(look)
  }
  const off = [
    manager.on('plan', () => {
      between = true
    }),
    manager.on('report', () => {
      between = false
      look()
    }),
    manager.on('state', lookSoon),
    manager.on('problem', (problem) => {
      report.problem(problem)
      lookSoon()
    }),
  ]
  return () => {
    clearImmediate(later)
    for (const stop of off) stop()
  }
}
