import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { finding, isMaster, numberOf } from '../per-server.ts'
import type { Server, State } from '../state.ts'

/**
 * Bytes of a user's session with a record of 240 bytes and its index, with Redis 7.0.
 * @see docs/how-to/run-redis-for-sessions.md#server
 */
const usualBytes = 610

/** From these shares of the memory on it is time to act. */
const [filling, nearlyFull] = [0.75, 0.9]

interface Room {
  readonly server: Server
  readonly used: number
  readonly limit: number
}

/** There should be a limit, and room below it. Judged by the master with the least room. */
export function checkMemory(state: State): Finding[] {
  const masters = state.servers.filter((server) => server.info && isMaster(server))
  const unlimited = masters.filter(({ info }) => numberOf(info?.['maxmemory']) === 0)
  const rooms = masters.map(roomOf).filter(({ limit }) => limit > 0)
  const [tightest] = rooms.toSorted((a, b) => b.used / b.limit - a.used / a.limit)
  return [
    ...(unlimited.length > 0 ? [judgeUnlimited(unlimited, masters)] : []),
    ...(tightest ? [finding('memory', judgeRoom(tightest, state), tightest.server, state)] : []),
  ]
}

/** Without a `maxmemory` the limit is what the machine has. */
function roomOf(server: Server): Room {
  const { used_memory, maxmemory, total_system_memory } = server.info ?? {}
  return {
    server,
    used: numberOf(used_memory),
    limit: numberOf(maxmemory) || numberOf(total_system_memory),
  }
}

function judgeUnlimited(unlimited: readonly Server[], masters: readonly Server[]): Finding {
  const verdict = advice(
    'maxmemory is not set: when the machine has no memory left, the kernel kills Redis.',
    'CONFIG SET maxmemory 2gb, or what the machine can spare: a half if snapshots or an AOF are written.',
  )
  const isAll = unlimited.length === masters.length
  return {
    check: 'memory',
    ...verdict,
    ...(!isAll && { servers: unlimited.map(({ name }) => name) }),
  }
}

function judgeRoom({ used, limit }: Room, { sample }: State): Verdict {
  const share = used / limit
  const bytes = Math.ceil(sample.bytes ?? usualBytes)
  const more = Math.max(0, Math.floor((limit - used) / bytes))
  const measured = sample.bytes
    ? `measured on ${sample.count} of them`
    : 'the figure of the documentation'
  const message =
    `${(share * 100).toFixed(0)} % of ${(limit / 2 ** 20).toFixed(0)} MB is in use; the rest holds about ` +
    `${round(more)} more sessions of ${bytes} bytes, ${measured}.`
  const remedy = 'Raise maxmemory, or shorten maxAge of the sessions; add masters to a Cluster.'
  if (share >= nearlyFull) return wrong(message, remedy)
  return share >= filling ? advice(message, remedy) : ok(message)
}

/** Returns a number with two significant digits and groups of three: `1,200,000`. */
function round(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en')
}
