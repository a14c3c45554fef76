import { checkSize } from '../data/size.ts'
import { createRecord, groupOf, type SessionId } from '../record/record.ts'
import type { SessionIds } from '../record/session-ids.ts'
import { hashSecret, mintSecret, mintVersion } from '../record/token.ts'
import type { GroupLimit } from '../store/backend.ts'
import type { CreateOutcome, Draft, SessionStore } from '../store/store.ts'
import { type Awaitable, andThen, orElse, rejectThrown } from '../util/and-then.ts'
import type { KeyedContext } from './context.ts'
import { createJoinLogin, type Login, loginSecret, loginSeed } from './join-login.ts'
import { newestOf } from './open.ts'

/**
 * Returns the `create` of a keyed store: one `insert`. A login whose id is taken by a parallel login joins its session.
 *
 * If the id of an anonymous session is taken, no other id is tried. Their random bits do not collide, so a taken id means
 * that the session was ended before its insert arrived; under another id it would come back (P1).
 */
export function createCreate(context: KeyedContext): SessionStore['create'] {
  const { backend, rows, env, epochs, verifier, tokenOf } = context
  const { clock, ids, policy } = env
  const joinLogin = createJoinLogin(context)

  return (draft, { limit }) =>
    rejectThrown(() => {
      checkSize(draft.data, policy.maxDataBytes)
      return andThen(epochs?.syncIfDue(), () => {
        const login = loginOf(draft)
        return login ? logIn(login, limit) : insert(draft, ids.issue(draft), { limit })
      })
    })

  /** Returns a draft as a login that others may join, if its request presents a genuine token. */
  function loginOf(draft: Draft): Login | undefined {
    const { userId, presented } = draft
    const newest = userId === undefined || !presented ? undefined : newestOf(presented, verifier)
    return newest && userId !== undefined
      ? { draft: { ...draft, userId }, presented: newest }
      : undefined
  }

  /** Creates the session of a login, or joins the one that a parallel login has made; see join-login.ts. */
  async function logIn(login: Login, limit: GroupLimit | undefined): Promise<CreateOutcome> {
    const { draft, presented } = login
    const isOfSameUser = groupOf(presented.id) === ids.groupOf(draft.userId)
    const elevated = isOfSameUser ? await joinLogin(presented.id, login) : undefined
    if (elevated) return elevated
    const id = ids.mint(draft.userId, loginSeed(login, clock()), draft.actor?.sessionId)
    const creation = await insert(draft, { id }, { limit, login })
    if (creation.created) return creation
    const joined = await joinLogin(id, login)
    if (joined || creation.why === 'limit') return joined ?? creation
    return insert(draft, ids.issue(draft), { limit, login })
  }

  function insert(
    draft: Draft,
    issued: ReturnType<SessionIds['issue']>,
    { limit, login }: { limit: GroupLimit | undefined; login?: Login },
  ): Awaitable<CreateOutcome> {
    const { id } = issued
    const at = clock()
    const { secret, loginSalt } = login ? loginSecret(login.presented) : unrelatedSecret()
    const secretHash = hashSecret(secret)
    const { maxAge, absoluteTimeout, persistent, userId, client, stamp } = draft
    const { factors, actor, fingerprint, dataVersion } = draft
    const record = createRecord({
      id,
      epoch: issued.epoch,
      secretHash,
      loginSalt,
      at,
      maxAge,
      absoluteTimeout,
      persistent,
      userId,
      client,
      stamp,
      factors,
      actor,
      fingerprint,
      dataVersion,
    })
    const opened = rows.withOrigin(
      { record, touchedAt: at, data: draft.data },
      {
        lineage: { version: mintVersion(), priorVersions: [] },
        presented: { secret, secretHash, generation: 1, isSignedByFirst: true },
      },
    )
    const row = rows.write(opened)
    const isSolitary = draft.userId === undefined
    const inserting = andThen(
      backend.insert(id, row, { at, isSolitary, limit }),
      (outcome): CreateOutcome =>
        outcome.inserted
          ? {
              created: true,
              opened,
              token: tokenOf(record, { secret, generation: 1 }),
              evicted: outcome.evicted,
            }
          : { created: false, why: outcome.why === 'limit' ? 'limit' : 'ended' },
    )
    return orElse(inserting, (error) => {
      // Not awaited: the store is in trouble already.
      removeFailed(id, login && row.version).catch(ignore)
      throw error
    })
  }

  /**
   * Removes the row that a failed insert may have left, since its token is never sent. If `version` is given, a row of
   * another version stays: it is the session of a parallel login.
   */
  async function removeFailed(id: SessionId, version: string | undefined): Promise<void> {
    const found = version === undefined ? null : await backend.find(id, clock())
    if (found && 'version' in found && found.version !== version) return
    await backend.remove(id, { at: clock(), reason: 'logout' })
  }
}

/** Returns the secret of a session that no other login can join: it has no salt. */
function unrelatedSecret(): { readonly secret: string; readonly loginSalt?: undefined } {
  return { secret: mintSecret() }
}

/** The guarded backend has emitted `failed`; a row that is still there expires. */
function ignore(): void {}
