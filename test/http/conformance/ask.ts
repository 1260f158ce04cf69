import { once } from 'node:events'
import { request } from 'node:http'
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'

export interface Question {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly agent?: Agent
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Asks over a connection of its own, unless there is an agent; the path goes out as it is. */
export async function ask(port: number, path: string, question: Question = {}): Promise<Answer> {
  const { body } = question
  const outgoing = begin(port, path, question)
  outgoing.end(body)
  return answer(outgoing)
}

/** Opens a request whose body is still to be written. */
export function begin(port: number, path: string, question: Question = {}): ClientRequest {
  const { method = 'GET', headers = {}, agent = false } = question
  return request({ host: '127.0.0.1', port, path, method, headers, agent })
}

/** The answer once its head is there. */
export async function head(outgoing: ClientRequest): Promise<IncomingMessage> {
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  return incoming
}

/** The whole answer. Rejects if it does not come to a clean end. */
export async function answer(outgoing: ClientRequest): Promise<Answer> {
  const incoming = await head(outgoing)
  return { status: incoming.statusCode!, headers: incoming.headers, body: await bodyOf(incoming) }
}

/** The rest of an answer. Rejects if it does not come to a clean end. */
export async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of incoming) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}
