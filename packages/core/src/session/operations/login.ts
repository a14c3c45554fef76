import { emptyData } from '../../data/size.ts'
import { SessionConflictError, SessionLimitError } from '../../errors.ts'
import { withTimeBudget } from '../../keyed/deadline.ts'
import { elevationOf, type LoginOptions, limitsOf } from '../../options/login-options.ts'
import { isFixed, limitForUser } from '../../options/session-limit.ts'
import { groupOf, namesOf, type SessionId } from '../../record/record.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { CreateOutcome, EndOutcome } from '../../store/store.ts'
import { stampForLogin } from '../load/user-stamp.ts'
import { refuseActing } from '../require.ts'
import { applySaved, type ManagerContext, type SessionState } from '../state.ts'
import { changedData } from '../track-data.ts'
import { carriedData, carriedVersion, mergeMissedChanges, mergeOwnChanges } from './carried-data.ts'
import { elevate } from './elevate.ts'
import { withUnlocked } from './unlock.ts'

type Created = Extract<CreateOutcome, { created: true }>

/** The arguments of `Session.login`. */
export interface LoginArgs {
  readonly userId: string
  readonly options: LoginOptions
}

/**
 * Logs a user in; see `Session.login`. If the session belongs to this user already, re-authenticates. Otherwise creates
 * the new record before it ends the old one: a crash in between leaves one record too many, never one too few. A parallel
 * login of the same user by the same token joins the new session (keyed/join-login.ts).
 *
 * A stale token is one that somebody else has rotated away: the user in another tab, or a thief. If it is of a session of
 * this user, that session ends.
 *
 * A login in an acting session ends the actor's own session too: nobody comes back to it. One of the user of the acting
 * session is refused: code that logs the user in again would give who acts a session that does not tell of them.
 */
export async function login(
  context: ManagerContext,
  state: SessionState,
  args: LoginArgs,
): Promise<void> {
  if (state.locked?.record.userId === args.userId)
    return withUnlocked(context, state, () => login(context, state, args))
  const { opened } = state
  const actor = opened?.record.actor
  if (opened?.record.userId === args.userId) {
    refuseActing(state)
    return reauthenticate(context, state, { opened, args })
  }

  const carried = carriedData(context, state, args.options)
  const changed = changedData(state.tracked)
  const { mine } = changed
  const stale = staleSessionOf(context, state, args.userId)
  const dataVersion = carriedVersion(context, state, { options: args.options, changed })
  const created = await create(context, state, { args, data: carried(mine), dataVersion })
  const ending = opened && (await endPrevious(context, opened, created))
  const isCleared = wasEndedByOther(ending) && !created.joined
  applySaved(state, isCleared ? await clearCreated(context, created) : created, mine)
  emitCreated(context, created)
  if (ending && created.joined && !wasEndedByOther(ending))
    mergeOwnChanges(context, state, { changed, carried })
  if (ending)
    mergeMissedChanges(context, state, { previous: opened, base: changed.base, ending, carried })
  if (stale !== undefined && stale !== created.opened.record.id) await endOther(context, stale)
  if (actor) await endOther(context, actor.sessionId)
  emitLoggedIn(context, { id: created.opened.record.id, userId: args.userId, previous: opened })
}

/** Returns the id of the session that the request's stale token names, if it is one of this user. */
function staleSessionOf(
  { ids }: ManagerContext,
  { ended, visibleId }: SessionState,
  userId: string,
): SessionId | undefined {
  if (ended !== 'stale' || visibleId === undefined) return undefined
  return groupOf(visibleId) === ids.groupOf(userId) ? visibleId : undefined
}

/**
 * Ends the session of a stale token, or of who has acted. If that fails, the login holds all the same, and the session
 * lives on.
 */
async function endOther({ store, emit }: ManagerContext, id: SessionId): Promise<void> {
  const wasLive = await store.endById?.(id, 'login').catch(() => false) // the guarded backend has emitted `failed`
  if (wasLive) emit('ended', { id, reason: 'login' })
}

/** Emits what the creation of a user's session has caused. */
export function emitCreated({ emit }: ManagerContext, { opened, joined, rotated }: Created): void {
  const names = namesOf(opened.record)
  if (!joined) emit('created', names)
  if (rotated) emit('rotated', { ...names, why: rotated })
}

function emitLoggedIn(
  { emit }: ManagerContext,
  { id, userId, previous }: { id: SessionId; userId: string; previous: OpenedSession | undefined },
): void {
  const again = previous?.record.id === id
  emit('loggedIn', { id, userId, again, previousId: again ? undefined : previous?.record.id })
}

/**
 * Returns true if the previous session had already ended, but not by a login. If a login had ended it, its data may
 * still be carried over: that login came from the same visitor, as in a double click.
 */
function wasEndedByOther(ending: EndOutcome | undefined): boolean {
  return ending !== undefined && !ending.last && ending.before !== 'login'
}

/**
 * Empties the new session: its data came from a session that another request had ended, and must not come back (P1).
 */
async function clearCreated(context: ManagerContext, created: Created): Promise<Created> {
  const { opened } = created
  const { dataVersion: version } = opened.record
  const data = { base: opened.data, mine: emptyData(context.codec), version }
  try {
    const saving = await context.store.save(opened, { data })
    if (!saving.saved) return created
    return { ...created, opened: saving.opened, token: saving.token ?? created.token }
  } catch (cause) {
    await removeCreated(context, opened)
    throw cause
  }
}

/**
 * Elevates the session of the same user: the id stays, the token is new, the limits restart. If the session has ended
 * meanwhile, the user logs in as a new visitor does.
 */
async function reauthenticate(
  context: ManagerContext,
  state: SessionState,
  { opened, args }: { opened: OpenedSession; args: LoginArgs },
): Promise<void> {
  const limits = limitsOf(opened.record)
  const elevation = elevationOf(limits, args.options, context.config.clock())
  const stamp = await stampForLogin(context, args)
  const rotate = { elevation: { ...elevation, ...stamp, ...state.takeFingerprint() } }
  if (await elevate(context, state, { opened, rotate, operation: 'login' })) {
    emitLoggedIn(context, { id: opened.record.id, userId: args.userId, previous: opened })
    return
  }
  return login(context, state, args)
}

/**
 * Creates the record of a login, within the user's limit.
 * @throws SessionLimitError `ERR_SESSION_LIMIT` if the limit is reached and its `onExceed` is `'refuse'`.
 * @throws SessionConflictError `ERR_SESSION_ENDED` if the new session was ended before it was saved;
 * `ERR_SESSION_CONFLICT` if `limit.max()` does not return in time.
 */
async function create(
  context: ManagerContext,
  state: SessionState,
  {
    args: { userId, options },
    data,
    dataVersion,
  }: { args: LoginArgs; data: Uint8Array; dataVersion: number | undefined },
): Promise<Created> {
  const { config, store, emit } = context
  const { presented } = state
  const elevation = elevationOf(config, options, config.clock())
  const draft = { userId, data, dataVersion, ...elevation, ...(presented && { presented }) }
  const { limit: configured } = config
  // Without a time limit, `limit.max()` could wait forever: for an operation of this session that waits for this login.
  const limit = isFixed(configured)
    ? configured
    : await withTimeBudget(
        5 * config.storeTimeout,
        () => limitForUser(configured, userId),
        limitTimedOut,
      )
  const stamp = await stampForLogin(context, { userId, options })
  const fingerprint = state.takeFingerprint()
  const creation = await store.create(
    { ...draft, ...stamp, ...fingerprint },
    limit ? { limit } : {},
  )
  if (!creation.created) throw refusedError(creation.why)
  for (const id of creation.evicted) {
    emit('evicted', { id, userId, by: creation.opened.record.id })
    emit('ended', { id, reason: 'evicted' })
  }
  return creation
}

function limitTimedOut(): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_CONFLICT',
    'limit.max() did not return in time, so the login was given up; nothing changed. It must not wait for the session that logs in.',
  )
}

/** The error of a session that was not created. */
export function refusedError(why: 'limit' | 'ended'): Error {
  return why === 'limit'
    ? new SessionLimitError(
        'The user has as many sessions as the limit allows; the login was refused and nothing changed. End one of them first.',
      )
    : new SessionConflictError(
        'ERR_SESSION_ENDED',
        'The session of this login was ended before it was kept; nothing changed. Log in again.',
      )
}

/**
 * Ends the previous session. If that fails, removes the new one, unless it is that of a parallel login, and rethrows; the
 * previous session is unchanged.
 */
async function endPrevious(
  context: ManagerContext,
  previous: OpenedSession,
  { opened: created, joined }: Created,
): Promise<EndOutcome> {
  const { store, emit } = context
  const ending = await store.end(previous, 'login').catch(async (cause: unknown) => {
    if (!joined) await removeCreated(context, created)
    throw cause
  })
  if (ending.last) emit('ended', { id: previous.record.id, reason: 'login' })
  return ending
}

/**
 * Removes the new session of a login that fails. If that fails too, emits `failed` for the record that is left over.
 */
async function removeCreated(
  { store, emit }: ManagerContext,
  created: OpenedSession,
): Promise<void> {
  await store.end(created, 'login').catch(() => emit('failed', leftOver(created)))
}

function leftOver({ record }: OpenedSession): { operation: string; error: Error } {
  const error = new Error(
    `Session ${record.id} was made by a login that failed; it stays until it expires.`,
  )
  return { operation: 'end', error }
}
