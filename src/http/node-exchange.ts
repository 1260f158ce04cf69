import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Exchange, Follower } from './exchange.ts'

/** What a client gets whose request came during a swap that took too long. */
export const LATE = 'This plugin is being reloaded. Try again in a moment.\n'
const STOPPED = 'This plugin was stopped.\n'

/** A request that a response of Node's answers, whatever framework writes it. */
export class NodeExchange implements Exchange {
  place = -1
  readonly #response: ServerResponse
  #isFollowed = false
  #isCut = false
  #isOver = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  isMade(): boolean {
    return this.#response.writableEnded || this.isOver()
  }

  isOver(): boolean {
    const response = this.#response as ServerResponse & { readonly stream?: Duplex }
    // A response of HTTP/2 does not say so itself.
    const isDestroyed = response.destroyed ?? response.stream?.destroyed
    return isDestroyed || this.#isOver || (response.socket === null && response.req.socket.destroyed)
  }

  /** It was ended from outside: what the plugin still does about it is of no effect, and must have none. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Nobody gets all of the plugin's answer: it was cut, or the client left. What fails then fails for that. */
  isLost(): boolean {
    return this.#isCut || (this.#response.destroyed && !this.#response.writableFinished)
  }

  // Looked at late, and seldom: reading the headers of every response would cost more than routing it.
  isEndless(): boolean {
    const response = this.#response as ServerResponse & { readonly _header?: unknown }
    const type = response.getHeader('content-type')
    if (type !== undefined) return /^text\/event-stream/i.test(String(type))
    // Headers that were handed to writeHead() are nowhere else.
    return (
      typeof response._header === 'string' && /\r\ncontent-type: *text\/event-stream/i.test(response._header)
    )
  }

  follow(by: Follower): void {
    if (this.#isFollowed) return
    this.#isFollowed = true
    const response = this.#response
    const over = (): void => {
      this.#isOver = true
      by.end(this)
    }
    response.on('close', over)
    if (response.socket === null) followSocket(response, over)
  }

  // There is no event for the end of the writing, only for the end of the sending, which a slow reader delays.
  watch(changed: () => void): void {
    const response = this.#response
    const told =
      (method: (...values: any[]) => ServerResponse) =>
      (...values: unknown[]): ServerResponse => {
        const result = method(...values)
        changed()
        return result
      }
    response.writeHead = told(response.writeHead.bind(response))
    response.end = told(response.end.bind(response))
  }

  cut(): void {
    const response = this.#response
    this.#isCut = true
    if (this.isEndless()) response.end()
    else if (response.headersSent) response.destroy()
    else {
      for (const name of response.getHeaderNames()) response.removeHeader(name)
      sayLater(response, STOPPED)
    }
    deafen(response)
  }
}

/** By socket, as a listener for each of many pipelined requests would be one too many. */
const following = new WeakMap<Socket, Set<() => void>>()

/** Node tells a response that is queued nothing of the end of its connection. */
function followSocket(response: ServerResponse, ended: () => void): void {
  const { socket } = response.req
  let all = following.get(socket)
  if (!all) {
    const fresh = new Set<() => void>()
    socket.on('close', () => {
      for (const end of fresh) end()
    })
    following.set(socket, fresh)
    all = fresh
  }
  const mine = all.add(ended)
  response.on('close', () => mine.delete(ended))
}

/** Answers 503, and when to come again; nothing if somebody else has answered. */
export function sayLater(response: ServerResponse, text: string = LATE): void {
  if (response.headersSent) return
  response.writeHead(503, { 'retry-after': '1', 'content-type': 'text/plain; charset=utf-8' }).end(text)
}

/** What code that is over still writes goes nowhere. It would throw, and end the process. */
function deafen(response: ServerResponse): void {
  const itself = (): ServerResponse => response
  response.on('error', () => undefined)
  Object.assign(response, {
    setHeader: itself,
    setHeaders: itself,
    appendHeader: itself,
    removeHeader: itself,
    flushHeaders: itself,
    writeHead: itself,
    // Nobody reads on: whoever heeds it waits instead of writing more.
    write: () => false,
    end: itself,
  })
}
