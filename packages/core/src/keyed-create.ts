import type { GroupLimit } from './backend.ts'
import { checkSize } from './data.ts'
import { SessionStoreError } from './errors.ts'
import type { GuardedBackend } from './guard.ts'
import type { KeyedRows } from './keyed-rows.ts'
import { createRecord, type SessionId, type SessionRecord } from './record.ts'
import type { Creation, Draft, Opened, SessionStore, StoreEnv } from './store.ts'
import { hashSecret, mintId, mintSecret, mintVersion } from './token.ts'

interface CreateParts {
  readonly guarded: GuardedBackend
  readonly rows: KeyedRows
  readonly env: StoreEnv
  readonly token: (record: SessionRecord, secret: string) => string
}

/**
 * The `create` of a keyed store. A random id that is taken is drawn once more; a second time is the backend's fault.
 * @throws SessionStoreError `ERR_STORE_CONTRACT`.
 */
export function createCreate({ guarded, rows, env, token }: CreateParts): SessionStore['create'] {
  const { clock, keyring, policy } = env

  return async (draft, { limit }) => {
    checkSize(draft.data, policy.maxDataBytes)
    const group = draft.userId === undefined ? undefined : keyring.userGroup(draft.userId)
    const [first, second] = [draft.id ?? mintId(group), mintId(group)]
    const creation = (await insert(draft, first, limit)) ?? (await insert(draft, second, limit))
    if (creation) return creation
    throw new SessionStoreError(
      'ERR_STORE_CONTRACT',
      'The backend answered twice that a new random id is taken, which breaks clause 2. Check that it compares whole ids.',
    )
  }

  async function insert(
    draft: Draft,
    id: SessionId,
    limit: GroupLimit | undefined,
  ): Promise<Creation | null> {
    const at = clock()
    const secret = mintSecret()
    const record = createRecord({ ...draft, id, at, secretHash: hashSecret(secret) })
    const opened: Opened = { record, touchedAt: at, data: draft.data }
    const row = rows.write(opened, {
      lineage: { version: mintVersion(), priorVersions: [] },
      presented: { secret, isSignedByFirst: true },
    })
    const outcome = await guarded
      .insert(id, row, limit ? { at, limit } : { at })
      .catch((error: unknown) => undo(id, error))
    if (outcome.inserted)
      return { created: true, opened, token: token(record, secret), evicted: outcome.evicted }
    return outcome.why === 'limit' ? { created: false, why: 'limit' } : null
  }

  /** Nobody will ever hold the token of what a failed insert may have made. Not waited for: the store is in trouble. */
  function undo(id: SessionId, error: unknown): never {
    guarded.remove(id, { at: clock(), reason: 'logout' }).catch(wasToldOf)
    throw error
  }
}

/** The guard has emitted `failed`; the record, if there is one, stays until it expires. */
function wasToldOf(): void {}
