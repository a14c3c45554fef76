import { jsonCodec } from '../data/codec.ts'
import { SessionConflictError, SessionStoreError } from '../errors.ts'
import { hmac } from '../record/hmac.ts'
import { createRecord, endReasons, type SessionId } from '../record/record.ts'
import { isId, mintVersion } from '../record/token.ts'
import type { Row } from '../store/backend.ts'
import type { ClaimedAs, ImportClaim, ImportClaims } from '../store/store-import.ts'
import type { KeyedContext } from './context.ts'
import { decodeValue, encodeValue } from './row-format.ts'
import { descendsFrom, nextLineage } from './rows.ts'

/** Each conflict is another renewal of the same claim, so more of them means a faulty backend. */
const maxAttempts = 20

/**
 * Returns the claims of a keyed store. Each is one row, whose id is an HMAC of the claimed key, so that nothing of the key
 * is visible (P5). It is an anonymous session that no token opens and that `ids.isOwn` refuses, so it is in no list and no
 * scan, and cannot be ended; its data is `ClaimedAs`.
 */
export function createClaims({ backend, signer, env }: KeyedContext): ImportClaims {
  const { clock } = env
  const claimKey = env.keyring.deriveIndex('claim')

  return {
    async find(key) {
      const id = rowIdOf(key)
      const found = await backend.find(id, clock())
      return found && 'value' in found ? read(id, found) : undefined
    },
    async make(key, claim, until) {
      const id = rowIdOf(key)
      const at = clock()
      const row = rowOf(id, claim, { at, until })
      if ((await backend.insert(id, row, { at, isSolitary: true })).inserted)
        return { ...claim, claimedAt: at }
      const found = await backend.find(id, at)
      return found && 'value' in found ? read(id, found) : { ended: 'moved', claimedAt: at }
    },
    async renew(key, claimAfter, until) {
      const id = rowIdOf(key)
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const at = clock()
        const first = rowOf(id, claimAfter(undefined), { at, until })
        if ((await backend.insert(id, first, { at, isSolitary: true })).inserted) return
        const found = await backend.find(id, at)
        if (!found || !('value' in found)) continue // it has expired just now
        const row = rowOf(id, claimAfter(read(id, found)), { at, until })
        const next = { ...row, ...nextLineage(found, row.version) }
        const outcome = await backend.replace(id, next, { at, expected: found.version })
        if (outcome === 'replaced') return
        if (outcome !== 'gone' && descendsFrom(outcome.conflict, row.version)) return
      }
      throw new SessionConflictError(
        'ERR_SESSION_CONFLICT',
        `The row ${id}, which says what an old session has become, changed with each of ${maxAttempts} attempts to write it. Try again.`,
      )
    },
  }

  function rowIdOf(key: string): SessionId {
    const mac = hmac(claimKey, key)
    return `${mac.toString('base64url', 0, 12)}.${mac.toString('base64url', 12, 28)}`
  }

  function rowOf(
    id: SessionId,
    claim: ClaimedAs,
    { at, until }: { readonly at: number; readonly until: number },
  ): Row {
    const lifetime = Math.max(until - at, 1)
    const limits = { maxAge: lifetime, absoluteTimeout: lifetime, persistent: true }
    const record = createRecord({ id, secretHash: '', at, ...limits })
    return {
      version: mintVersion(),
      priorVersions: [],
      touchedAt: at,
      expiresAt: at + lifetime,
      value: signer.sign(id, encodeValue(record, jsonCodec.encode(claim), jsonCodec)),
    }
  }

  /** Returns the claim in a row. Throws if it cannot be read: what it is about may have ended (P1, P8). */
  function read(id: SessionId, { value, touchedAt }: Row): ImportClaim {
    try {
      const { data } = decodeValue(id, signer.verify(id, value), [jsonCodec])
      const claim = jsonCodec.decode(data) as { readonly id?: unknown; readonly ended?: unknown }
      const reason = endReasons.find((each) => each === claim.ended)
      if (reason) return { ended: reason, claimedAt: touchedAt }
      if (isId(claim.id)) return { id: claim.id, claimedAt: touchedAt }
    } catch {
      // Not a row of ours; the error below applies.
    }
    throw new SessionStoreError(
      'ERR_STORE_CONTRACT',
      `The row ${id}, which says what an old session has become, cannot be read: something else has written it. Delete it; its user logs in again.`,
    )
  }
}
