'use strict'
/**
 * What of the bench runs inside the application that is measured: counts starts and ends, answers what the plugins
 * answer, over a socket to the driver. CommonJS, so that every contender's application can load it and none reloads it.
 */
const { connect } = require('node:net')
const { createServer } = require('node:http')
const { createInterface } = require('node:readline')
const { getHeapSnapshot, setFlagsFromString } = require('node:v8')
const { runInNewContext } = require('node:vm')

const started = {}
const ended = {}
let signal = () => {}

// For the plugins: there before the first of them is loaded.
globalThis.benchStarted = (name) => {
  started[name] = (started[name] ?? 0) + 1
  signal()
}
globalThis.benchEnded = (name) => {
  ended[name] = (ended[name] ?? 0) + 1
}
globalThis.registry = new Map()

/** Milliseconds of a clock that all processes of the machine share. */
const now = () => Number(process.hrtime.bigint()) / 1e6
const turn = () => new Promise(setImmediate)

/**
 * Tells the driver that all plugins are live, and answers it from then on.
 *
 * `value(name)`: what the plugin answers now, or a promise of it. `asks`: the contender finds a change only when it is
 * asked for the plugin. `reload(name)`: where the host has to say so. `handler`: serves requests in the contender's own way.
 */
exports.attach = ({ value, reload, handler, opened, asks = false, close = () => {} }) => {
  const at = now()
  const ask = async (name) => {
    try {
      return { value: await value(name) }
    } catch (error) {
      return { error: String(error?.message ?? error) }
    }
  }
  let waiting = 0
  const commands = {
    async value({ name }) {
      return ask(name)
    },
    async expect({ name, value: expected }) {
      waiting += 1
      const mine = waiting
      let checking = false
      let again = false
      const check = async () => {
        again = true
        if (checking) return
        checking = true
        try {
          // Once a start was seen, until the value is there; then nobody asks before the next sign.
          for (let turns = 0; (again || turns < 200) && mine === waiting; turns += 1) {
            if (again) turns = 0
            again = false
            await turn()
            if ((await ask(name)).value === expected) {
              const live = now()
              if (mine === waiting) send({ live: expected, at: live })
              waiting += 1
              return
            }
          }
        } finally {
          checking = false
        }
      }
      signal = () => void check()
      const poll = async () => {
        while (mine === waiting) {
          await check()
          await new Promise((resolve) => setTimeout(resolve, asks ? 1 : 25))
        }
      }
      setTimeout(poll, 1)
    },
    async reload({ name }) {
      await reload(name)
    },
    async counts() {
      return { started, ended }
    },
    async memory() {
      setFlagsFromString('--expose-gc')
      const gc = runInNewContext('gc')
      for (let round = 0; round < 6; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 60))
        gc()
      }
      // What a full collection leaves although nobody holds it, such as compiled code, goes before a snapshot is taken.
      getHeapSnapshot().destroy()
      gc()
      const { heapUsed, external } = process.memoryUsage()
      return { heap: heapUsed + external, rss: process.memoryUsage().rss }
    },
    async close() {
      await close()
      setTimeout(() => process.exit(0), 20)
    },
  }
  const socket = connect(Number(process.env.PEERS_PORT), '127.0.0.1')
  const send = (message) => socket.write(`${JSON.stringify(message)}\n`)
  socket.on('error', () => {})
  const lines = createInterface({ input: socket })
  lines.on('error', () => {})
  lines.on('line', async (line) => {
    const { id, command, ...rest } = JSON.parse(line)
    try {
      send({ id, answer: (await commands[command](rest)) ?? {} })
    } catch (error) {
      send({ id, failed: String(error?.message ?? error) })
    }
  })
  const hello = () => send({ hello: process.pid, at, opened })
  if (!process.env.PEERS_HTTP) return hello()
  const serve =
    handler ??
    (async (req, res) => {
      const { value: body, error } = await ask(req.url.slice(1))
      res.statusCode = body === undefined ? 500 : 200
      res.end(String(body ?? error ?? 'nobody answers'))
    })
  const server = createServer(serve)
  const listen = () => server.listen(Number(process.env.PEERS_HTTP), '127.0.0.1', hello)
  // The process before this one may hold the port for a moment longer.
  server.on('error', () => setTimeout(listen, 5))
  listen()
}

exports.now = now
