import { checkSize } from '../data/size.ts'
import { createRecord, type SessionId } from '../record/record.ts'
import { hashSecret, mintId, mintSecret, mintVersion } from '../record/token.ts'
import type { GroupLimit } from '../store/backend.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { CreateOutcome, Draft, SessionStore } from '../store/store.ts'
import type { KeyedContext } from './context.ts'

/**
 * The `create` of a keyed store. An id that is taken is not drawn anew: 128 random bits do not meet by chance, so the
 * session was ended before its insert arrived, and must not come back under another name (P1).
 */
export function createCreate({
  backend,
  rows,
  env,
  tokenOf,
}: KeyedContext): SessionStore['create'] {
  const { clock, keyring, policy } = env

  return async (draft, { limit }) => {
    checkSize(draft.data, policy.maxDataBytes)
    const group = draft.userId === undefined ? undefined : keyring.userGroup(draft.userId)
    return insert(draft, draft.id ?? mintId(group), limit)
  }

  async function insert(
    draft: Draft,
    id: SessionId,
    limit: GroupLimit | undefined,
  ): Promise<CreateOutcome> {
    const at = clock()
    const secret = mintSecret()
    const record = createRecord({ ...draft, id, at, secretHash: hashSecret(secret) })
    const opened: OpenedSession = { record, touchedAt: at, data: draft.data }
    const row = rows.write(opened, {
      lineage: { version: mintVersion(), priorVersions: [] },
      presented: { secret, isSignedByFirst: true },
    })
    const isSolitary = draft.userId === undefined
    const outcome = await backend
      .insert(id, row, { at, isSolitary, ...(limit ? { limit } : {}) })
      .catch((error: unknown) => undo(id, error))
    if (outcome.inserted)
      return { created: true, opened, token: tokenOf(record, secret), evicted: outcome.evicted }
    return { created: false, why: outcome.why === 'limit' ? 'limit' : 'ended' }
  }

  /** Nobody will ever hold the token of what a failed insert may have made. Not waited for: the store is in trouble. */
  function undo(id: SessionId, error: unknown): never {
    backend.remove(id, { at: clock(), reason: 'logout' }).catch(wasToldOf)
    throw error
  }
}

/** The guard has emitted `failed`; the record, if there is one, stays until it expires. */
function wasToldOf(): void {}
