import { advice, type Finding } from '../finding.ts'
import { perServer } from '../per-server.ts'
import type { State } from '../state.ts'

/** What could not be looked at because the user may not run INFO is not known, and not fine. */
export function checkInfo({ servers }: State): Finding[] {
  return perServer('info', servers, ({ info }) =>
    info
      ? []
      : [
          advice(
            'Not known: role, memory, eviction, persistence, replicas, connections and errors, because INFO is refused.',
            'Log in as an operator (and add --app-user), or give the user +info.',
          ),
        ],
  )
}

/** The same for CONFIG. */
export function checkConfig({ servers }: State): Finding[] {
  return perServer('config', servers, ({ config }) =>
    config
      ? []
      : [
          advice(
            'Not known: bind, protected-mode, appendfsync, min-replicas-to-write and timeout, because CONFIG GET is refused.',
            'Log in as an operator (and add --app-user), or give the user +config|get.',
          ),
        ],
  )
}
