import { SessionError, SessionStoreError } from '@sojourn/core'
import type { RedisCommand } from './driver.ts'

/** Error codes of Redis that last until an operator changes something, each with the remedy. */
const refusalRemedies: Readonly<Record<string, string>> = {
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

/** Error codes that pass by themselves. `READONLY`: a failover moved the master, and the client will follow it. */
const transientCodes = 'BUSY CLUSTERDOWN LOADING MASTERDOWN NOREPLICAS READONLY TRYAGAIN'.split(' ')

/**
 * Converts what a client threw during a call to a `SessionStoreError`: `ERR_STORE_TIMEOUT` after the deadline,
 * `ERR_STORE_REFUSED` if an operator must act, otherwise `ERR_STORE_UNAVAILABLE`. After a timeout or an unavailable
 * store the outcome is unknown, so core sends a write once more, which row versions make safe. A refusal is final.
 */
export function toStoreError(error: unknown, { signal }: RedisCommand['call']): SessionError {
  if (error instanceof SessionError) return error
  if (signal.aborted) return abortedError(error)
  const message = messageOf(error)
  const code = codeOf(message)
  const remedy = Object.hasOwn(refusalRemedies, code) ? refusalRemedies[code] : undefined
  if (remedy !== undefined)
    return new SessionStoreError('ERR_STORE_REFUSED', `Redis refused: ${message}. ${remedy}`, error)
  const state = transientCodes.includes(code)
    ? 'Redis is not available'
    : 'Redis could not be reached'
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    `${state}: ${message}. Check that it is up, that it is a master, and the network to it.`,
    error,
  )
}

/** Returns a message without the arguments that Redis repeats of a command that it does not know. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error)
  return message.replace(/, with args beginning with:.*/s, '')
}

/** Returns the error code of a reply. Redis 6.2 wraps those of scripts: `ERR Error running script (…): … -OOM …`. */
function codeOf(message: string): string {
  // The Cluster is moving the slot.
  if (message.startsWith('ERR') && message.includes('non local key')) return 'TRYAGAIN'
  // Redis refuses a command of more than ten arguments this way before the client is authenticated.
  if (message.startsWith('ERR Protocol error: unauthenticated')) return 'NOAUTH'
  const [, wrapped] = /^ERR Error running script .* -([A-Z]+) /.exec(message) ?? []
  const [code = ''] = message.split(' ', 1)
  return wrapped ?? code
}

/** Returns the `ERR_STORE_UNAVAILABLE` error that a driver rejects with, at once, while its client is not connected. */
export function notReady(): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    'The Redis client is not connected, so nothing was sent. Check that connect() was called, that Redis is up and reachable, ' +
      "and the client's password; its 'error' events say why.",
  )
}

/** Returns the `ERR_STORE_CONTRACT` error for a reply or value that Sojourn did not write. */
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
