import { type KeyObject, randomBytes } from 'node:crypto'
import { signatureOf, signerOf } from '../record/token.ts'
import { checkInTime, checkWritable, type SessionState } from './state.ts'

/**
 * A CSRF token is `nonce.signature`: 16 random bytes, new in each token so that compression tells nothing of it
 * (BREACH), and an HMAC-SHA256 of 24 bytes over the session's id, its authority and the nonce, with a key of its own.
 * It dies with a login, a logout and a `rotate()`, which change one of the two, and outlives a rotation by age.
 */
const shape = /^([\w-]{22})\.([\w-]{32})$/

/** Makes and checks the tokens of a session. */
export interface CsrfTokens {
  mint(state: SessionState, id: string): string
  /** Whether a token was made for this session as it is now, by any of the keys; in constant time each. */
  verify(state: SessionState, id: string, token: unknown): boolean
}

/** The tokens by the keys of the purpose `csrf`: the first signs, all verify. */
export function createCsrfTokens(keys: readonly KeyObject[]): CsrfTokens {
  return {
    mint(state, id) {
      const nonce = randomBytes(16).toString('base64url')
      return `${nonce}.${signatureOf(subject(state, id, nonce), keys)}`
    },
    verify(state, id, token) {
      const [, nonce, signature] = (typeof token === 'string' && shape.exec(token)) || []
      if (nonce === undefined || signature === undefined) return false
      return signerOf(subject(state, id, nonce), signature, keys) !== undefined
    },
  }
}

/**
 * Has a new session kept even if it stays empty: a token of one that is forgotten would never match.
 * @throws SessionUsageError `ERR_SESSION_LATE`, `ERR_SESSION_READ_ONLY` where it cannot be kept; the store's error.
 */
export function keepSession(state: SessionState): void {
  if (state.opened || state.ended) return
  checkWritable(state)
  if (!state.mustKeep) checkInTime(state, 'csrfToken')
  state.mustKeep = true
}

/** What is signed. A rotation that was asked for counts already: the token leaves together with the new cookie. */
function subject({ opened, ended, mustRotate }: SessionState, id: string, nonce: string): string {
  const authority = (opened?.record.authority ?? 0) + (opened && mustRotate ? 1 : 0)
  return `${id}!${ended ? 'ended' : authority}!${nonce}`
}
