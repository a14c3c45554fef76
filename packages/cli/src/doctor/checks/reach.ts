import { type Finding, ok, wrong } from '../finding.ts'
import { finding } from '../per-server.ts'
import type { State } from '../state.ts'

/** All servers of the topology must reply. */
export function checkReach({ servers, missing }: State): Finding[] {
  if (missing.length === 0) {
    const message = servers.length === 1 ? 'It replies.' : `All ${servers.length} servers reply.`
    return [finding('reach', ok(message))]
  }
  return missing.map((reason) =>
    finding(
      'reach',
      wrong(
        `What belongs to this Redis cannot be used: ${reason}`,
        'Repair it, or take it out of the topology.',
      ),
    ),
  )
}
