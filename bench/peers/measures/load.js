import { Agent, request } from 'node:http'
import { createServer } from 'node:net'
import { Application, pause } from '../application.js'

const COUNT = 10
const CONNECTIONS = 8
/** Between the requests of one connection, in ms. */
const REST = 12
/** A change that is not seen after so long is not waited for, in ms. */
const GIVEN_UP = 4000
const LONGEST = 10_000

/** Requests failed while one of ten plugins is edited again and again. */
export const load = {
  id: 'load',
  group: 'traffic',
  cells: ({ contenders }) => contenders.map((contender) => ({ contender, setting: 'default', n: COUNT })),
  async run({ contender }, { loadReloads }) {
    const http = await freePort()
    const application = await Application.start(contender, { plugins: { count: COUNT }, http })
    const keepAlive = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
    try {
      await pause(900)
      const { names } = application.plugins
      const edited = names[0]
      const result = { requests: 0, failed: 0, longestMs: 0, reloads: 0, unseen: 0, why: {} }
      let seen = 0
      let over = false
      const client = async (at) => {
        for (let turn = at; !over; turn += 1) {
          const name = turn % 2 === 0 ? edited : names[1 + (turn % (COUNT - 1))]
          const begun = performance.now()
          const { value, why } = await get(http, name, keepAlive)
          result.requests += 1
          result.longestMs = Math.max(result.longestMs, performance.now() - begun)
          if (why) {
            result.failed += 1
            result.why[why] = (result.why[why] ?? 0) + 1
          } else if (name === edited) seen = Math.max(seen, value)
          await pause(REST)
        }
      }
      const clients = Array.from({ length: CONNECTIONS }, (_, at) => client(at))
      for (let version = 1; version <= loadReloads && !application.ended; version += 1) {
        application.plugins.write(edited, version)
        if (contender.told) await application.ask('reload', { name: edited }).catch(() => {})
        const written = Date.now()
        while (seen < version && Date.now() - written < GIVEN_UP) await pause(2)
        if (seen < version) result.unseen += 1
        else result.reloads += 1
        await pause(60)
      }
      over = true
      await Promise.all(clients)
      return result
    } finally {
      keepAlive.destroy()
      await application.end()
    }
  },
}

/** Asks one plugin. `why`: what became of it if it got no proper answer. */
function get(port, name, keepAlive) {
  return new Promise((resolve) => {
    const asked = request(
      { port, host: '127.0.0.1', path: `/${name}`, agent: keepAlive, timeout: LONGEST },
      (res) => {
        let text = ''
        res.setEncoding('utf8').on('data', (chunk) => (text += chunk))
        res.on('end', () => {
          const value = Number(text)
          const good = res.statusCode === 200 && text !== '' && !Number.isNaN(value)
          resolve(good ? { value } : { why: `status ${res.statusCode}` })
        })
        res.on('error', ({ code }) => resolve({ why: code }))
      },
    )
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('too long'), { code: 'too long' })))
    asked.on('error', ({ code }) => resolve({ why: code ?? 'error' }))
    asked.end()
  })
}

async function freePort() {
  const server = createServer()
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address()
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}
