import { STATUS_CODES } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Exchange, Follower } from './exchange.ts'

/** How long the other side has to hang up, in ms. */
const FAREWELL = 1000
/** A WebSocket's close frame: 1012, service restart. A client that knows it comes back. */
const RESTART = Buffer.from([0x88, 0x02, 0x03, 0xf4])

/** A socket that was upgraded: it serves until somebody ends it, and nothing waits for that. */
export class SocketExchange implements Exchange {
  place = -1
  readonly #socket: Duplex & { readonly bytesWritten?: number }
  readonly #isWebSocket: boolean
  readonly #writtenBefore: number | undefined
  #isFollowed = false

  constructor(socket: Duplex, request: IncomingMessage) {
    this.#socket = socket
    this.#isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket'
    this.#writtenBefore = this.#socket.bytesWritten
  }

  isMade(): boolean {
    return this.#socket.destroyed
  }

  isOver(): boolean {
    return this.#socket.destroyed
  }

  isEndless(): boolean {
    return true
  }

  follow(by: Follower): void {
    if (this.#isFollowed) return
    this.#isFollowed = true
    this.#socket.on('close', () => by.end(this))
  }

  watch(): void {}

  cut(): void {
    // Nobody has agreed to the upgrade yet.
    if (this.#socket.bytesWritten === this.#writtenBefore) refuse(this.#socket, 503)
    else hangUp(this.#socket, this.#isWebSocket ? RESTART : '')
  }
}

/** Answers instead of upgrading, and closes. */
export function refuse(socket: Duplex, status: 404 | 503): void {
  const later = status === 503 ? 'retry-after: 1\r\n' : ''
  // What it still sends is of no interest, but its end is.
  socket.resume()
  hangUp(
    socket,
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${later}connection: close\r\ncontent-length: 0\r\n\r\n`,
  )
}

/** Says a last word, and hangs up soon, whatever the other side does. */
function hangUp(socket: Duplex, word: string | Buffer): void {
  const timer = setTimeout(() => socket.destroy(), FAREWELL).unref()
  socket.on('close', () => clearTimeout(timer))
  socket.on('end', () => socket.destroy())
  if (!socket.writableEnded) socket.end(word)
}
