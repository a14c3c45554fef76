import { advice, type Finding, ok, type Verdict } from '../finding.ts'
import { numberOf, perServer } from '../per-server.ts'
import type { Fields, State } from '../state.ts'

/** What went wrong since Redis started, or since `CONFIG RESETSTAT`. */
export function checkErrors({ servers }: State): Finding[] {
  return perServer('errors', servers, ({ info }) => {
    if (!info) return []
    const verdicts = judge(info)
    return verdicts.length > 0 ? verdicts : [ok('Since its start nothing was evicted or refused.')]
  })
}

function judge(info: Fields): Verdict[] {
  const counters = [
    [
      numberOf(info['evicted_keys']),
      'keys were evicted since the start: each may have been the session of a user.',
      'CONFIG SET maxmemory-policy noeviction, raise maxmemory, then CONFIG RESETSTAT.',
    ],
    [
      numberOf(info['rejected_connections']),
      'connections were rejected since the start.',
      'Raise maxclients and the limit of open files, then CONFIG RESETSTAT.',
    ],
    [
      countOf(info['errorstat_OOM']),
      'writes were refused since the start, because memory was full.',
      'Raise maxmemory, then CONFIG RESETSTAT.',
    ],
    [
      countOf(info['errorstat_MISCONF']),
      'writes were refused since the start, because the disk could not be written.',
      'See the log and the disk of Redis, then CONFIG RESETSTAT.',
    ],
  ] as const
  return counters.flatMap(([count, what, remedy]) =>
    count > 0 ? [advice(`${count} ${what}`, remedy)] : [],
  )
}

/** Returns the number of `count=3`. */
function countOf(text = ''): number {
  return numberOf(text.replace('count=', ''))
}
