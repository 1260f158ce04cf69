import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** One TCP connection on which a test writes requests as it likes. */
export class Wire {
  readonly socket: Socket
  #text = ''
  #more: (() => void) | undefined

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#text += text
      this.#more?.()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => this.#more?.())
  }

  static async open(port: number): Promise<Wire> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new Wire(socket)
  }

  /** Writes all of these requests in one go; a path alone is a GET. */
  write(...requests: readonly string[]): void {
    this.socket.write(
      requests
        .map((each) => `${each.includes(' ') ? each : `GET ${each}`} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
        .join(''),
      'latin1',
    )
  }

  /** The next answer on the connection. `toHead`: of a HEAD request. */
  async answer(toHead = false): Promise<WireAnswer> {
    const [first = '', ...lines] = (await this.#until('\r\n\r\n')).split('\r\n')
    const headers = new Map(
      lines.filter(Boolean).map((line) => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    )
    const status = Number(first.split(' ')[1])
    return { status, headers, body: toHead || status === 204 ? '' : await this.#body(headers) }
  }

  close(): void {
    this.socket.destroy()
  }

  async #body(headers: ReadonlyMap<string, string>): Promise<string> {
    const length = headers.get('content-length')
    if (length !== undefined) return this.#take(Number(length))
    if (headers.get('transfer-encoding') !== 'chunked') return ''
    let body = ''
    for (;;) {
      const size = Number.parseInt(await this.#until('\r\n'), 16)
      body += (await this.#take(size + 2)).slice(0, size)
      if (size === 0) return body
    }
  }

  async #until(end: string): Promise<string> {
    while (!this.#text.includes(end)) await this.#data()
    return this.#take(this.#text.indexOf(end) + end.length)
  }

  async #take(length: number): Promise<string> {
    while (this.#text.length < length) await this.#data()
    const taken = this.#text.slice(0, length)
    this.#text = this.#text.slice(length)
    return taken
  }

  async #data(): Promise<void> {
    if (this.socket.closed) throw new Error(`the connection ended after ${JSON.stringify(this.#text)}`)
    await new Promise<void>((resolve) => {
      this.#more = resolve
    })
  }
}
