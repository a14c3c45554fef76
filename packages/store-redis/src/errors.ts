import { SessionError, SessionStoreError } from '@sojourn/core'
import type { RedisCommand } from './driver.ts'

/** What Redis replies when somebody must change something before it can help. */
const refusals: Readonly<Record<string, string>> = {
  NOAUTH: 'Give the client a username and password.',
  WRONGPASS: "Check the client's username and password.",
  NOPERM: 'Give its user the rights that the README of @sojourn/store-redis lists.',
  DENIED: 'Set a password or bind Redis to the interface that the application uses.',
  OOM: 'Its memory is full: raise maxmemory, or see why there are so many keys.',
  MISCONF: 'It cannot write its snapshot: look at its log and its disk.',
  WRONGTYPE:
    'Something else writes below the prefix of the sessions: give one of the two another prefix.',
  CROSSSLOT: 'Report it: all keys of a command should lie in one slot.',
  MOVED: 'It is a node of a Cluster: use the cluster client.',
  ASK: 'It is a node of a Cluster: use the cluster client.',
  ERR: 'See cause.',
}

/** What it replies when it will help again by itself. `READONLY`: a failover moved the master, and the client will follow. */
const passing = 'BUSY CLUSTERDOWN LOADING MASTERDOWN NOREPLICAS READONLY TRYAGAIN'.split(' ')

/**
 * What a client threw during a call, as an error of the store. A refusal is not sent again by anybody; whatever else is, by the guard:
 * the outcome is unknown, and row versions make repeating safe.
 */
export function toStoreError(error: unknown, { signal }: RedisCommand['call']): SessionError {
  if (error instanceof SessionError) return error
  if (signal.aborted) return abortedError(error)
  const why = error instanceof Error ? error.message || error.name : String(error)
  const word = codeOf(why)
  const remedy = Object.hasOwn(refusals, word) ? refusals[word] : undefined
  if (remedy !== undefined)
    return new SessionStoreError('ERR_STORE_REFUSED', `Redis refused: ${why}. ${remedy}`, error)
  const who = passing.includes(word) ? 'Redis is not available' : 'Redis could not be reached'
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    `${who}: ${why}. Check that it is up, that it is a master, and the network to it.`,
    error,
  )
}

/** The code of what Redis replied. Redis 6.2 wraps what a script met: `ERR Error running script (…): @user_script:7: -OOM …`. */
function codeOf(why: string): string {
  if (why.startsWith('ERR') && why.includes('non local key')) return 'TRYAGAIN' // a Cluster moves the slot
  if (why.startsWith('ERR Protocol error: unauthenticated')) return 'NOAUTH' // the command had more than ten words
  const [, met] = /^ERR Error running script .* -([A-Z]+) /.exec(why) ?? []
  const [word = ''] = why.split(' ', 1)
  return met ?? word
}

/** What a driver rejects with, at once, while its client has no connection. */
export function notReady(): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    'The Redis client is not connected, so nothing was sent. Check that connect() was called, that Redis is up and reachable, ' +
      "and the client's password; its 'error' events say why.",
  )
}

/** The error for a reply that no script of ours gives. */
export function unexpectedReply(what: string): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_CONTRACT',
    `${what}, which Sojourn did not write (clause 4). Look who else writes below the prefix of the sessions, and whether ` +
      'all servers run the same version of @sojourn/store-redis.',
  )
}

function abortedError(error: unknown): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_TIMEOUT',
    'The command was given up at its deadline; whether a write was applied is unknown. Check Redis and the network to it.',
    error,
  )
}
