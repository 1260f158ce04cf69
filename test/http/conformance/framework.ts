import type { Server } from 'node:http'
import type { Route, Scope } from 'plugbay'

/** What a conformance test may ask of the routes under test. */
export interface RoutesOptions {
  readonly hold?: number
}

/** A host that listens, with the routes mounted in the framework's own way. */
interface Mounted {
  readonly server: Server
  readonly open: (scope: Scope) => unknown
  readonly sockets: (scope: Scope) => Server
  /** Closes the routes alone. */
  closeRoutes(): Promise<void>
  /** Closes the routes, the framework and the server. */
  close(): Promise<void>
}

/**
 * How a plugin's author writes things down in a framework: statements in `activate`, where `http` is what the framework
 * gave and `meet`, `sockets`, `edition` and `ctx` are in reach. An expression is JavaScript and may `await`; within it
 * `param(name)` and `query(name)` read the request.
 */
export interface Idiom {
  /** Imports and the like. */
  readonly top: string
  /** Before all routes. */
  readonly begin: string
  /** GET, answers with the text of an expression. */
  text(path: string, expression: string): string
  /** GET, answers with the JSON of an expression. */
  json(path: string, expression: string): string
  /** GET, streams an async iterable of strings. */
  stream(path: string, expression: string): string
  /** GET, an event stream that sends the text of an expression as its first event and then stays open. */
  events(path: string, expression: string): string
  /**
   * POST, takes a body of any size in pieces and answers with the text of an expression that knows their number of
   * `bytes`. `onFirst` is a statement that runs at the first piece.
   */
  upload(path: string, expression: string, onFirst?: string): string
  /** POST, streams the body back as it comes. */
  echo(path: string): string
  /** OPTIONS, answers 204 with an `allow` header. */
  options(path: string, allow: string): string
  /** GET, throws at once. */
  throws(path: string): string
  /** GET, rejects a little later. */
  rejects(path: string): string
}

/** One of the frameworks, as the tests see it. */
export interface Framework {
  readonly name: string
  readonly idiom: Idiom
  /** Whether what a plugin's handler throws goes to the host's own error handler, which sets `x-heard-by`. */
  readonly hostHearsErrors: boolean
  /** How the snapshot lists a plugin that has nothing but a GET of its prefix. */
  listed(prefix: string): readonly Route[]
  /** A host with a `GET /host` of its own (`the host`), on 127.0.0.1. */
  mount(options: RoutesOptions): Promise<Mounted>
}
