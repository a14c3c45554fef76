import { advice, type Finding, ok, wrong } from '../finding.ts'
import { finding } from '../per-server.ts'
import type { Cluster, State } from '../state.ts'

const slots = 16_384

/** Each slot holds its share of the users, so each must be served. */
export function checkCluster({ cluster, target, servers }: State): Finding[] {
  if (target.topology !== 'cluster') return []
  if (!cluster)
    return [
      finding(
        'cluster',
        advice('Not known: CLUSTER NODES is refused.', 'Give the user +cluster|nodes.'),
      ),
    ]
  const uncovered = missingRanges(cluster)
  const count = uncovered.reduce((sum, [first, last]) => sum + last - first + 1, 0)
  const hasFullCoverage = servers.every(
    ({ config }) => config?.['cluster-require-full-coverage'] !== 'no',
  )
  if (count === 0) return [finding('cluster', ok(`All ${slots} slots are served.`))]
  const ranges = uncovered.map(([first, last]) => (first === last ? first : `${first}-${last}`))
  return [
    finding(
      'cluster',
      wrong(
        `${count} of ${slots} slots are not served (${ranges.slice(0, 5).join(', ')}): ${
          hasFullCoverage
            ? 'the Cluster refuses all sessions.'
            : 'the sessions of their users cannot be used.'
        }`,
        'Start the master of these slots, or `redis-cli --cluster fix HOST:PORT`.',
      ),
    ),
  ]
}

/** Returns the ranges of slots that no working master has. */
export function missingRanges({ members }: Cluster): (readonly [number, number])[] {
  const served = members
    .filter(({ isFailed, masterId }) => !isFailed && masterId === undefined)
    .flatMap((member) => member.slots)
    .toSorted(([a], [b]) => a - b)
  const missing: (readonly [number, number])[] = []
  let next = 0
  for (const [first, last] of [...served, [slots, slots] as const]) {
    if (first > next) missing.push([next, first - 1])
    next = Math.max(next, last + 1)
  }
  return missing
}
