import { decodeData, sameBytes } from '../data/decode.ts'
import { mergeBytes } from '../data/merge.ts'
import { emptyData } from '../data/size.ts'
import { SessionConflictError, SessionLimitError } from '../errors.ts'
import { checkCarry, elevationOf, type LoginOptions, limitsOf } from '../options/login-options.ts'
import { limitForUser } from '../options/session-limit.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { CreateOutcome, EndOutcome } from '../store/store.ts'
import { emitRotated } from './commit.ts'
import {
  applySaved,
  type ManagerContext,
  markEnded,
  type SessionState,
  supersededError,
} from './state.ts'

/** Chooses what of encoded data goes along. */
type Choice = (data: Uint8Array) => Uint8Array

type Created = Extract<CreateOutcome, { created: true }>

/** Who logs in, and how. */
export interface LoginArgs {
  readonly userId: string
  readonly options: LoginOptions
}

/**
 * Logs a user in; see `Session.login`. The new record comes first and the old one ends after it: a crash between the
 * two leaves one record more, never one less.
 */
export async function login(
  context: ManagerContext,
  state: SessionState,
  given: LoginArgs,
): Promise<void> {
  const { opened } = state
  if (opened?.record.userId === given.userId) return elevate(context, state, { opened, given })

  const pick = carry(context, state, given.options)
  const mine = state.tracked.bytes()
  const created = await create(context, given, pick(mine))
  const ending = opened && (await endPrevious(context, opened, created.opened))
  const current = isForeignEnd(ending) ? await clearCreated(context, created) : created
  applySaved(state, current, mine)
  context.emit('created', { id: created.opened.record.id, userId: given.userId })
  if (ending) catchUp(context, state, { previous: opened, ending, pick })
}

/** Whether somebody else had ended the previous session. A login is the same visitor's, as in a double click. */
function isForeignEnd(ending: EndOutcome | undefined): boolean {
  return ending !== undefined && !ending.last && ending.before !== 'login'
}

/** The new session without the data that it was given of one that somebody else had ended (P1). */
async function clearCreated(context: ManagerContext, created: Created): Promise<Created> {
  const { opened } = created
  const data = { base: opened.data, mine: emptyData(context.codec) }
  const saving = await context.store.save(opened, { data }).catch(async (cause: unknown) => {
    await abandon(context, opened)
    throw cause
  })
  if (!saving.saved) return created
  return { ...created, opened: saving.opened, token: saving.token ?? created.token }
}

/** Changes that other requests made to the previous session since it was read go along. */
function catchUp(
  { codec, config }: ManagerContext,
  { tracked }: SessionState,
  { previous, ending, pick }: { previous: OpenedSession; ending: EndOutcome; pick: Choice },
): void {
  if (!ending.last || sameBytes(ending.last.data, previous.data)) return
  const sides = { base: previous.data, mine: tracked.bytes(), theirs: ending.last.data }
  tracked.overwrite(pick(mergeBytes(sides, codec, config.merge).bytes))
}

/** A re-authentication: same id, new token, limits restarted. An ended session logs in as a new visitor does. */
async function elevate(
  context: ManagerContext,
  state: SessionState,
  { opened, given }: { opened: OpenedSession; given: LoginArgs },
): Promise<void> {
  const mine = state.tracked.bytes()
  const saving = await context.store.save(opened, {
    data: { base: opened.data, mine },
    rotate: { elevation: elevationOf(limitsOf(opened.record), given.options) },
  })
  if (saving.saved) {
    applySaved(state, saving, mine)
    emitRotated(context, saving)
    return
  }
  if (saving.why === 'superseded') throw supersededError(opened.record.id)
  markEnded(context, state, 'gone')
  return login(context, state, given)
}

async function create(
  { config, store, emit }: ManagerContext,
  { userId, options }: LoginArgs,
  data: Uint8Array,
): Promise<Created> {
  const draft = { userId, data, ...elevationOf(config, options) }
  const limit = await limitForUser(config.limit, userId)
  const creation = await store.create(draft, limit ? { limit } : {})
  if (!creation.created) throw refused(creation.why)
  for (const id of creation.evicted) emit('ended', { id, reason: 'evicted' })
  return creation
}

function refused(why: 'limit' | 'ended'): Error {
  return why === 'limit'
    ? new SessionLimitError(
        'The user has as many sessions as the limit allows; the login was refused and nothing changed. End one of them first.',
      )
    : new SessionConflictError(
        'ERR_SESSION_ENDED',
        'The session of this login was ended before it was kept; nothing changed. Log in again.',
      )
}

/** Ends the session that was there before. If that fails, the new one goes, and the old one is as it was. */
async function endPrevious(
  context: ManagerContext,
  previous: OpenedSession,
  created: OpenedSession,
): Promise<EndOutcome> {
  const { store, emit } = context
  const ending = await store.end(previous, 'login').catch(async (cause: unknown) => {
    await abandon(context, created)
    throw cause
  })
  if (ending.last) emit('ended', { id: previous.record.id, reason: 'login' })
  return ending
}

/** Removes what a login that fails has made. */
async function abandon({ store, emit }: ManagerContext, created: OpenedSession): Promise<void> {
  await store.end(created, 'login').catch(() => emit('failed', orphan(created)))
}

function orphan({ record }: OpenedSession): { operation: string; error: Error } {
  const error = new Error(
    `Session ${record.id} was made by a login that failed; it stays until it expires.`,
  )
  return { operation: 'end', error }
}

/** What of the data goes along into the new session: an anonymous visitor's, all of it or the keys named. */
function carry(
  { codec }: ManagerContext,
  { opened, ended }: SessionState,
  { carry: keys = 'all' }: LoginOptions,
): Choice {
  checkCarry(keys)
  if (ended !== undefined || opened?.record.userId !== undefined) return () => emptyData(codec)
  if (keys === 'all') return (data) => data
  return (data) => {
    const entries = Object.entries(decodeData(codec, data))
    return codec.encode(Object.fromEntries(entries.filter(([key]) => keys.includes(key))))
  }
}
