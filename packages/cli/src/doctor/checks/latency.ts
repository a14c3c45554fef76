import { advice, type Finding, ok } from '../finding.ts'
import { finding } from '../per-server.ts'
import type { Server, State } from '../state.ts'

/** A median of this many ms or more is that of another region. */
const slow = 20

/** Each request reads its session once, and waits for it. Judged by the median, because a few pings show no rare delays. */
export function checkLatency(state: State): Finding[] {
  const [slowest] = state.servers.toSorted((a, b) => median(b) - median(a))
  if (!slowest) return []
  const { pings } = slowest
  const figures = `p50 ${ms(median(slowest))}, p99 ${ms(percentile(pings, 0.99))}, of ${pings.length} pings`
  const verdict =
    median(slowest) < slow
      ? ok(`A round trip from here takes ${figures}.`)
      : advice(
          `A round trip from here takes ${figures}; each request waits for one.`,
          'Run Redis near the application, and `redis-cli --latency` between the two.',
        )
  return [finding('latency', verdict, slowest, state)]
}

const median = ({ pings }: Server) => percentile(pings, 0.5)

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0
}

const ms = (value: number) => `${value.toFixed(1)} ms`
