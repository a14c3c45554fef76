import type { Keys } from '../record/keyring.ts'
import { signatureOf, signerOf } from '../record/token.ts'
import { randomText } from '../util/random.ts'
import { checkInTime, checkWritable, type SessionState } from './state.ts'

/**
 * The shape of a CSRF token: `nonce.signature`, 55 characters of base64url.
 *
 * - The nonce is 16 random bytes, new in each token, so that the token cannot be guessed from the size of compressed
 *   responses (BREACH).
 * - The signature is an HMAC-SHA256, cut to 24 bytes, over the session's id, its authority and the nonce, with a key of
 *   the purpose `csrf`.
 *
 * A login, a logout and `rotate()` change the id or the authority and so invalidate it. A rotation by age does not.
 */
const tokenShape = /^([\w-]{22})\.([\w-]{32})$/

/** Makes and checks the CSRF tokens of sessions. */
export interface CsrfTokens {
  /** Returns a new token for a session. */
  mint(state: SessionState, id: string): string
  /** Returns true if the token was made, with any of the keys, for this session as it is now. Constant time per key. */
  verify(state: SessionState, id: string, token: unknown): boolean
}

/** Creates the CSRF tokens of a manager. `keys` are those of the purpose `csrf`: the first signs, all verify. */
export function createCsrfTokens(keys: Keys): CsrfTokens {
  return {
    mint(state, id) {
      const nonce = randomText(16)
      return `${nonce}.${signatureOf(signedText(state, id, nonce), keys())}`
    },
    verify(state, id, token) {
      const [, nonce, signature] = (typeof token === 'string' && tokenShape.exec(token)) || []
      if (nonce === undefined || signature === undefined) return false
      return signerOf(signedText(state, id, nonce), signature, keys()) !== undefined
    },
  }
}

/**
 * Makes the commit save a new session even if it stays empty: a CSRF token is of no use if its session is not saved.
 * @throws SessionUsageError `ERR_SESSION_LATE`, `ERR_SESSION_READ_ONLY` if the session can no longer be saved.
 * @throws SessionStoreError the store's own error, if it could not open the session.
 */
export function keepSession(state: SessionState): void {
  if (state.opened || state.ended) return
  checkWritable(state)
  if (!state.mustKeep) checkInTime(state, 'csrfToken')
  state.mustKeep = true
}

/** Returns the text that is signed. A `rotate()` counts before its commit: it is sent with the new cookie. */
function signedText(
  { opened, ended, mustRotate }: SessionState,
  id: string,
  nonce: string,
): string {
  const authority = (opened?.record.authority ?? 0) + (opened && mustRotate ? 1 : 0)
  return `${id}!${ended ? 'ended' : authority}!${nonce}`
}
