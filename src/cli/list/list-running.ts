import type { PluginSnapshot } from '../../model/snapshot.ts'
import { plainProblem } from '../../model/plain-problem.ts'
import { printJson } from '../terminal/print-json.ts'
import { table } from '../terminal/table.ts'
import { printable, terminal } from '../terminal/terminal.ts'

/** How long the host may take, in ms. */
const PATIENCE = 5000

/**
 * Asks a running `plugbay start` for its plugins and prints them.
 * @param url its address, as it prints it
 * @returns the exit code: 1 if nobody answers, or something is wrong with a plugin
 */
export async function listRunning(url: string, options: { readonly json?: boolean }): Promise<number> {
  const answer = await ask(url)
  if (typeof answer === 'string') {
    process.stderr.write(`${printable(answer)}\n`)
    return 1
  }
  if (options.json) printJson({ url, plugins: answer.map(plain) })
  else if (answer.length === 0) process.stderr.write('It runs no plugins.\n')
  else {
    const out = terminal(process.stdout, process.env)
    out.print(table(answer, out))
  }
  return answer.some(({ problem }) => problem?.severity === 'error') ? 1 : 0
}

/** What it runs, or what is wrong and what to do. */
async function ask(url: string): Promise<PluginSnapshot[] | string> {
  let address: URL
  try {
    address = new URL('/_plugbay/plugins', url)
  } catch {
    return `${url} is no address.\nGive one such as --url http://127.0.0.1:3000.`
  }
  const stranger =
    `What answers at ${address.origin} is no \`plugbay start\`.\n` +
    'Give the address that `plugbay start` prints: --url http://127.0.0.1:4000.'
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) })
    if (!response.ok) return stranger
    const body = (await response.json()) as { readonly plugins?: unknown } | null
    if (isSnapshots(body?.plugins, ['name', 'state', 'because', 'ms'])) return body.plugins
    if (!isSnapshots(body?.plugins, ['name', 'state'])) return stranger
    return (
      `What answers at ${address.origin} is a plugbay of another version.\n` +
      'Run the one that is installed there: npx plugbay list --running.'
    )
  } catch (cause) {
    if (cause instanceof SyntaxError) return stranger
    return (
      `Nobody answers at ${address.origin} (${reason(cause)}).\n` +
      'Start it with `plugbay start`, or give the address that it prints: --url http://127.0.0.1:4000.'
    )
  }
}

function isSnapshots(value: unknown, fields: readonly string[]): value is PluginSnapshot[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one: unknown) => typeof one === 'object' && one !== null && fields.every((field) => field in one),
    )
  )
}

/** What is promised, whatever else another version may send. */
function plain(plugin: PluginSnapshot): object {
  const { name, version, state, generation, because, ms, dependencies, dependents, directory } = plugin
  return {
    name,
    version: version ?? null,
    state,
    generation,
    because,
    ms,
    dependencies,
    dependents,
    directory,
    description: plugin.description ?? null,
    decision: plugin.decision ?? null,
    problem: plugin.problem ? plainProblem(plugin.problem) : null,
    http: plugin.http ?? null,
  }
}

function reason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return `not within ${PATIENCE / 1000} s`
  const { cause: inner } = cause
  if (inner instanceof Error) return (inner as NodeJS.ErrnoException).code ?? inner.message
  return cause.message
}
