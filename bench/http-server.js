import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { within } from './within.js'

const PATIENCE_MS = 10_000

/** A server in a process of its own: where its route is, and the CPU time that the process has taken so far, in µs. */
export async function openServer(framework, how, directory) {
  const child = fork(
    fileURLToPath(new URL('http.child.js', import.meta.url)),
    [JSON.stringify({ framework, how, directory })],
    { env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '', NODE_COMPILE_CACHE: '' } },
  )
  const ended = once(child, 'exit')
  const heard = async () => {
    const [message] = await within(PATIENCE_MS, once(child, 'message'), `an answer of ${framework} ${how}`)
    return message
  }
  const close = async () => {
    if (child.connected) child.disconnect()
    await within(PATIENCE_MS, ended, `the end of ${framework} ${how}`).catch((late) => {
      child.kill('SIGKILL')
      throw late
    })
  }
  try {
    const url = await heard()
    const cpu = () => {
      child.send('cpu')
      return heard()
    }
    return { url, cpu, close }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}
