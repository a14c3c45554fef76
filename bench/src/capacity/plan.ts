import type { ClusterFigures } from './cluster.ts'
import type { Costs, ServerFigures } from './one-server.ts'

/** What is assumed of an application and its servers. The page states each of these. */
export const assumed = {
  /** The share of live sessions that are in use at the busiest time. */
  inUse: 1 / 20,
  /** How many seconds pass between two requests of a session in use. */
  pause: 10,
  /** The share of requests that change the session. */
  writing: 1 / 10,
  /** How many seconds a session in use is read before its use is written: `touchInterval`. */
  touchInterval: 60,
  /** Within how many seconds all sessions are replaced by new ones at the busiest time: a third of a day. */
  turnover: 28_800,
  /** The share of a core that a server of Redis may use: the rest is for failovers, snapshots and bursts. */
  load: 1 / 2,
  /** The bytes of `maxmemory` of a server; half of them are for growth. */
  maxmemory: 16 * 2 ** 30,
} as const

/** What Redis has to do for so many sessions. */
export interface Plan {
  readonly sessions: number
  readonly requestsPerSecond: number
  /** Cores of Redis in use: with `touchInterval`, and if every read wrote that the session was used. */
  readonly cores: { readonly touched: number; readonly always: number }
  /** Bytes of all sessions and their indexes. */
  readonly bytes: number
  /** How many masters the CPU needs, and how many the memory. */
  readonly masters: { readonly byLoad: number; readonly byMemory: number }
  /** What to run, and its masters + replicas. */
  readonly shape: string
}

/** Returns what Redis has to do for so many live sessions at the busiest time, by what was measured. */
export function planFor(sessions: number, server: ServerFigures, cluster: ClusterFigures): Plan {
  const { bytes } = server
  const costs = replicatedCosts(server, cluster)
  const requests = (sessions * assumed.inUse) / assumed.pause
  const touches = (sessions * assumed.inUse) / assumed.touchInterval
  const rates = {
    read: requests * (1 - assumed.writing),
    write: requests * assumed.writing,
    login: sessions / assumed.turnover,
  }
  const cores = {
    touched: coresFor({ ...rates, touch: touches }, costs),
    always: coresFor({ ...rates, touch: rates.read }, costs),
  }
  const all = sessions * bytes.resident
  const masters = {
    byLoad: Math.ceil(cores.touched / assumed.load),
    byMemory: Math.ceil((all * 2) / assumed.maxmemory),
  }
  const shape = shapeOf(Math.max(masters.byLoad, masters.byMemory))
  return { sessions, requestsPerSecond: requests, cores, bytes: all, masters, shape }
}

/** Returns what requests cost a master that has a replica, with a connection for each: it sends what is written once more. */
function replicatedCosts(server: ServerFigures, cluster: ClusterFigures): Costs {
  const { together, apart } = server.costs
  const { read, write } = cluster.costs
  const replication = write.masters - read.masters - (together.write - together.read)
  return {
    read: apart.read,
    touch: apart.touch + replication,
    write: apart.write + replication,
    login: apart.login + replication,
  }
}

/** Returns how many cores so many operations per second keep busy. */
function coresFor(perSecond: Costs, micros: Costs): number {
  const kinds = Object.keys(micros) as (keyof Costs)[]
  return kinds.reduce((sum, kind) => sum + perSecond[kind] * micros[kind], 0) / 1e6
}

function shapeOf(masters: number): string {
  if (masters === 1) return 'Sentinel, 1 + 1'
  const count = Math.max(3, masters) // a Cluster needs three masters to agree on a failover
  return `Cluster, ${count} + ${count}`
}
