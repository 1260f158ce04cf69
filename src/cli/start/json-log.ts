import type { HostLog } from './host-log.ts'
import { plainProblem } from '../../model/plain-problem.ts'
import { taggedLog } from './tagged-log.ts'

type Level = 'info' | 'warn' | 'error'

/**
 * For programs: one JSON object a line, as `schema/cli-start-log.schema.json` has it.
 * @param write takes one line, with its end
 * @param directory the plugins folder, absolute
 */
export function jsonLog(write: (line: string) => void, directory: string): HostLog {
  const say = (level: Level, event: string, more: object): void =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...more })}\n`)
  let url = ''
  return {
    plugins: taggedLog((level, plugin, message) => say(level, 'log', { plugin: plugin ?? null, message })),
    begin: (manager, address) => {
      url = address.url
      const { host, port, watch } = address
      say('info', 'listening', { url, host, port, watch, pid: process.pid })
      manager.on('state', ({ name, from, to, plugin }) => {
        const { version = null, generation, because } = plugin
        const level = to === 'failed' || to === 'invalid' ? 'error' : to === 'blocked' ? 'warn' : 'info'
        say(level, 'state', { plugin: name, from: from ?? null, to, version, generation, because })
      })
      manager.on('problem', (problem) =>
        say(problem.severity === 'error' ? 'error' : 'warn', 'problem', { problem: plainProblem(problem) }),
      )
    },
    started: ({ problems, ...names }) =>
      say('info', 'start', { url, directory, ...names, problems: problems.length }),
    threw: ({ place, ...request }) => say('error', 'threw', { ...request, ...place }),
    note: (message) => say('warn', 'log', { plugin: null, message }),
    refused: (problems) => say('error', 'refused', { problems: problems.length }),
    closing: (signal) => say('info', 'closing', { signal }),
    closed: (ms) => say('info', 'closed', { ms }),
  }
}
