import type { CodePosition } from '../../model/code-position.ts'
import type { PluginManager } from '../../model/plugin-manager.ts'
import type { Logger } from '../../model/plugin.ts'
import type { Problem } from '../../model/problem.ts'
import type { Report } from '../../model/snapshot.ts'

/** Where a host is reached. */
export interface HostAddress {
  readonly url: string
  /** As it was asked for. */
  readonly host: string
  readonly port: number
  /** Other machines reach it, too. */
  readonly open: boolean
  readonly watch: boolean
}

/** A request that a plugin's handler did not answer. */
interface ThrownRequest {
  readonly plugin: string
  readonly method: string
  readonly path: string
  readonly message: string
  readonly place: CodePosition | undefined
}

/** Tells what happens in `plugbay start`, in one of its forms. */
export interface HostLog {
  /** Takes what plugins log. */
  readonly plugins: Logger
  /** It listens, and plugins are about to start. */
  begin(manager: PluginManager, address: HostAddress): void
  /** Plugins have been started. From now on changes are told, until `closing`. */
  started(report: Report): void
  threw(request: ThrownRequest): void
  /** Something of the host's own that is not as it should be. */
  note(text: string): void
  /** Under `--strict`: what kept it from starting. */
  refused(problems: readonly Problem[]): void
  closing(signal: string): void
  /** @param ms that it took */
  closed(ms: number): void
}
