import { checkSize } from '../data/size.ts'
import { createRecord, type SessionId } from '../record/record.ts'
import type { SessionIds } from '../record/session-ids.ts'
import { hashSecret, mintSecret, mintVersion } from '../record/token.ts'
import type { GroupLimit } from '../store/backend.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { CreateOutcome, Draft, SessionStore } from '../store/store.ts'
import type { KeyedContext } from './context.ts'

/**
 * Returns the `create` of a keyed store: one `insert`.
 *
 * If the id is taken, no other id is tried. Their random bits do not collide, so a taken id means that the session was
 * ended before its insert arrived; under another id it would come back (P1).
 */
export function createCreate({
  backend,
  rows,
  env,
  epochs,
  tokenOf,
}: KeyedContext): SessionStore['create'] {
  const { clock, ids, policy } = env

  return async (draft, { limit }) => {
    checkSize(draft.data, policy.maxDataBytes)
    await epochs?.syncIfDue()
    return insert(draft, ids.issue(draft), limit)
  }

  async function insert(
    draft: Draft,
    issued: ReturnType<SessionIds['issue']>,
    limit: GroupLimit | undefined,
  ): Promise<CreateOutcome> {
    const { id } = issued
    const at = clock()
    const secret = mintSecret()
    const record = createRecord({ ...draft, ...issued, at, secretHash: hashSecret(secret) })
    const opened: OpenedSession = { record, touchedAt: at, data: draft.data }
    const row = rows.write(opened, {
      lineage: { version: mintVersion(), priorVersions: [] },
      presented: { secret, generation: 1, isSignedByFirst: true },
    })
    const isSolitary = draft.userId === undefined
    const outcome = await backend
      .insert(id, row, { at, isSolitary, ...(limit ? { limit } : {}) })
      .catch((error: unknown) => removeAndThrow(id, error))
    if (outcome.inserted)
      return {
        created: true,
        opened,
        token: tokenOf(record, { secret, generation: 1 }),
        evicted: outcome.evicted,
      }
    return { created: false, why: outcome.why === 'limit' ? 'limit' : 'ended' }
  }

  /**
   * Removes the row that a failed insert may have left, since its token is never sent, and throws `error`. The removal
   * is not awaited: the store is in trouble already.
   */
  function removeAndThrow(id: SessionId, error: unknown): never {
    backend.remove(id, { at: clock(), reason: 'logout' }).catch(ignore)
    throw error
  }
}

/** The guarded backend has emitted `failed`; a row that is still there expires. */
function ignore(): void {}
