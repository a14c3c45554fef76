import { type Finding, wrong } from '../finding.ts'
import { finding, isMaster } from '../per-server.ts'
import type { State } from '../state.ts'

/** Sessions are written to a master. */
export function checkRole({ servers: [first], target }: State): Finding[] {
  if (!first || isMaster(first) || target.topology === 'cluster') return []
  const { master_host: host, master_port: port } = first.info ?? {}
  return [
    finding(
      'role',
      wrong(
        `It is a replica of ${host}:${port}: no session can be saved there.`,
        'Give the application the address of the master, or the Sentinels.',
      ),
    ),
  ]
}
