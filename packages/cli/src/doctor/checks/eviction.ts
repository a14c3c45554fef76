import { advice, type Finding, ok, type Verdict, wrong } from '../finding.ts'
import { numberOf, perServer } from '../per-server.ts'
import type { Fields, State } from '../state.ts'

const remedy = 'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.'

/** A server that evicts keys ends sessions of users who are logged in. */
export function checkEviction({ servers }: State): Finding[] {
  return perServer('eviction', servers, ({ info, config }) =>
    info ? [judge({ ...config, ...info })] : [],
  )
}

function judge(fields: Fields): Verdict {
  const policy = fields['maxmemory_policy'] ?? fields['maxmemory-policy']
  if (policy === undefined) return advice('Not known: the maxmemory-policy.', 'Ask the operator.')
  if (policy === 'noeviction') return ok('maxmemory-policy is noeviction: no session is evicted.')
  const message = `maxmemory-policy is ${policy}: when memory is full, sessions of users who are logged in end.`
  return numberOf(fields['maxmemory']) > 0 ? wrong(message, remedy) : advice(message, remedy)
}
