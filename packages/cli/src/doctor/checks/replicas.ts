import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { parseReplica } from '../parse.ts'
import { isMaster, numberOf, perServer } from '../per-server.ts'
import type { Fields, Server, State } from '../state.ts'

/** A replica that has not been heard of for this many seconds is behind. */
const maxLag = 10

/** What a failover loses: replicas must be there, connected and not behind, and an isolated master should stop. */
export function checkReplicas({ servers, target }: State): Finding[] {
  const needsReplicas = target.topology !== 'server'
  return perServer('replicas', servers, (server) => {
    if (!server.info) return []
    return isMaster(server) ? judgeMaster(server, needsReplicas) : judgeReplica(server.info)
  })
}

function judgeReplica(info: Fields): Verdict[] {
  if (info['master_link_status'] === 'up') return []
  return [
    wrong(
      'This replica has no link to its master: what is written now is not on it.',
      'See its log; check `masterauth`, `masteruser` and the network between the two.',
    ),
  ]
}

function judgeMaster({ info = {}, config }: Server, needsReplicas: boolean): Verdict[] {
  const replicas = Object.entries(info)
    .filter(([name]) => /^slave\d+$/.test(name))
    .map(([, text = '']) => parseReplica(text))
  const needed = numberOf(config?.['min-replicas-to-write'])
  if (replicas.length < needed)
    return [
      wrong(
        `It wants ${needed} replicas (min-replicas-to-write) and has ${replicas.length}: no session can be saved.`,
        'Start the replicas, or CONFIG SET min-replicas-to-write 0.',
      ),
    ]
  if (replicas.length === 0)
    return [
      needsReplicas
        ? wrong(
            'This master has no replica: nothing can take its place.',
            'Start a server with `replicaof`, or add a replica to the Cluster.',
          )
        : ok('It has no replica, which is right for a single server.'),
    ]
  const behind = replicas.filter(({ state, lag }) => state !== 'online' || numberOf(lag) > maxLag)
  if (behind.length > 0)
    return [
      wrong(
        `${behind.length} of ${replicas.length} replicas are not up to date: ${behind.map(describe).join('; ')}.`,
        'See the log of the replica; check its network and its disk.',
      ),
    ]
  const count = replicas.length === 1 ? 'Its replica is' : `Its ${replicas.length} replicas are`
  return [
    needed > 0 || config === undefined
      ? ok(`${count} up to date.`)
      : advice(
          `${count} up to date, but if it is cut off, it goes on saving sessions that a failover then undoes.`,
          'CONFIG SET min-replicas-to-write 1, and the same in redis.conf.',
        ),
  ]
}

function describe({ ip, port, state, lag }: Fields): string {
  return `${ip}:${port} is ${state === 'online' ? `${lag} s behind` : state}`
}
