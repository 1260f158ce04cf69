import { Counter, Gauge, Registry } from 'prom-client'
import type { Row, Tally } from './tally.ts'

const labelNames = ['path', 'method', 'status'] as const

/** What Prometheus is told of a tally. It is worked out when Prometheus asks. */
export function metricsOf(tally: Tally): Registry {
  const registry = new Registry()
  const registers = [registry]
  const counter = (name: string, help: string, of: (row: Row) => number): void => {
    // oxlint-disable-next-line no-new -- it registers itself
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset()
        for (const row of tally.rows.values()) {
          const { path, method, status } = row
          this.inc({ path, method, status }, of(row))
        }
      },
    })
  }
  counter('http_requests_total', 'Requests that were answered.', (row) => row.count)
  counter('http_request_seconds_total', 'Seconds spent on answering them.', (row) => row.seconds)
  // oxlint-disable-next-line no-new -- it registers itself
  new Gauge({
    name: 'http_requests_in_flight',
    help: 'Requests that are being answered.',
    registers,
    collect() {
      this.set(tally.inFlight)
    },
  })
  return registry
}
