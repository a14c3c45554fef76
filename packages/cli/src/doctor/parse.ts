import { nameOf } from '../redis/target.ts'
import type { ClusterMember, Fields } from './state.ts'

/** Returns the fields of an `INFO` reply. */
export function parseInfo(text: string): Fields {
  const lines = text.matchAll(/^([^#\s:][^:\r\n]*):(.*?)\r?$/gm)
  return Object.fromEntries(Array.from(lines, ([, name, value]) => [name, value]))
}

/** Returns the fields of a reply that alternates names and values, as RESP 2 writes maps. */
export function parsePairs(reply: unknown): Fields {
  const list = Array.isArray(reply) ? reply.map(String) : []
  return Object.fromEntries(
    list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1]]] : [])),
  )
}

/** Returns the fields of `ip=10.0.0.2,port=6379,state=online`, as `INFO replication` describes a replica. */
export function parseReplica(text: string): Fields {
  return Object.fromEntries(text.split(',').map((field) => field.split('=', 2)))
}

/**
 * Returns the members that a `CLUSTER NODES` reply lists. `self` is the host of the member that replied, which may not know
 * its own address.
 * @see https://redis.io/docs/latest/commands/cluster-nodes/
 */
export function parseClusterNodes(text: string, self: string): ClusterMember[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [id = '', address = '', flags = '', master = '', , , , , ...ranges] = line.split(' ')
      const [, host, port] = address.match(/^(.*):(\d+)/) ?? []
      const isMaster = flags.split(',').includes('master')
      return {
        id,
        name: nameOf({ host: host || self, port: Number(port) }),
        isSelf: flags.split(',').includes('myself'),
        isFailed: /\b(fail|noaddr|handshake)\b/.test(flags),
        ...(!isMaster && { masterId: master }),
        slots: ranges.flatMap((range) => slotsOf(range)),
      }
    })
}

/** A range is `0-5460` or `7`; `[7->-…]` is a slot that moves, which is in a range too. */
function slotsOf(range: string): (readonly [number, number])[] {
  const [, first, last = first] = range.match(/^(\d+)(?:-(\d+))?$/) ?? []
  return first === undefined ? [] : [[Number(first), Number(last)]]
}
