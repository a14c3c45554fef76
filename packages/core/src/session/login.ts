import { decodeData, sameBytes } from '../data/decode.ts'
import { mergeBytes } from '../data/merge.ts'
import { emptyData } from '../data/size.ts'
import { SessionConflictError, SessionLimitError } from '../errors.ts'
import { checkCarry, elevationOf, type LoginOptions, limitsOf } from '../options/login-options.ts'
import { limitOf } from '../options/session-limit.ts'
import type { Opened } from '../store/opened.ts'
import type { Creation, Ending } from '../store/store.ts'
import { tellOfRotation } from './commit.ts'
import { fall, type ManagerParts, type SessionState, stand, superseded } from './state.ts'

/** Chooses what of encoded data goes along. */
type Choice = (data: Uint8Array) => Uint8Array

type Created = Extract<Creation, { created: true }>

/** Who logs in, and how. */
export interface Login {
  readonly userId: string
  readonly options: LoginOptions
}

/**
 * Logs a user in; see `Session.login`. The new record comes first and the old one ends after it: a crash between the
 * two leaves one record more, never one less.
 */
export async function login(parts: ManagerParts, state: SessionState, given: Login): Promise<void> {
  const { opened } = state
  if (opened?.record.userId === given.userId) return elevate(parts, state, { opened, given })

  const pick = carry(parts, state, given.options)
  const mine = state.box.bytes()
  const created = await create(parts, given, pick(mine))
  const ending = opened && (await endPrevious(parts, opened, created.opened))
  const begun = isForeignEnd(ending) ? await emptied(parts, created) : created
  stand(state, begun, mine)
  parts.emit('created', { id: created.opened.record.id, userId: given.userId })
  if (ending) catchUp(parts, state, { previous: opened, ending, pick })
}

/** Whether somebody else had ended the previous session. A login is the same visitor's, as in a double click. */
function isForeignEnd(ending: Ending | undefined): boolean {
  return ending !== undefined && !ending.last && ending.before !== 'login'
}

/** The new session without the data that it was given of one that somebody else had ended (P1). */
async function emptied(parts: ManagerParts, created: Created): Promise<Created> {
  const { opened } = created
  const data = { base: opened.data, mine: emptyData(parts.codec) }
  const saving = await parts.store.save(opened, { data }).catch(async (cause: unknown) => {
    await abandon(parts, opened)
    throw cause
  })
  if (!saving.saved) return created
  return { ...created, opened: saving.opened, token: saving.token ?? created.token }
}

/** Changes that other requests made to the previous session since it was read go along. */
function catchUp(
  { codec, config }: ManagerParts,
  { box }: SessionState,
  { previous, ending, pick }: { previous: Opened; ending: Ending; pick: Choice },
): void {
  if (!ending.last || sameBytes(ending.last.data, previous.data)) return
  const sides = { base: previous.data, mine: box.bytes(), theirs: ending.last.data }
  box.show(pick(mergeBytes(sides, codec, config.merge).bytes))
}

/** A re-authentication: same id, new token, limits restarted. An ended session logs in as a new visitor does. */
async function elevate(
  parts: ManagerParts,
  state: SessionState,
  { opened, given }: { opened: Opened; given: Login },
): Promise<void> {
  const mine = state.box.bytes()
  const saving = await parts.store.save(opened, {
    data: { base: opened.data, mine },
    rotate: { elevation: elevationOf(limitsOf(opened.record), given.options) },
  })
  if (saving.saved) {
    stand(state, saving, mine)
    tellOfRotation(parts, saving)
    return
  }
  if (saving.why === 'superseded') throw superseded(opened.record.id)
  fall(parts, state, 'gone')
  return login(parts, state, given)
}

async function create(
  { config, store, emit }: ManagerParts,
  { userId, options }: Login,
  data: Uint8Array,
): Promise<Created> {
  const draft = { userId, data, ...elevationOf(config, options) }
  const limit = await limitOf(config.limit, userId)
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
  parts: ManagerParts,
  previous: Opened,
  created: Opened,
): Promise<Ending> {
  const { store, emit } = parts
  const ending = await store.end(previous, 'login').catch(async (cause: unknown) => {
    await abandon(parts, created)
    throw cause
  })
  if (ending.last) emit('ended', { id: previous.record.id, reason: 'login' })
  return ending
}

/** Removes what a login that fails has made. */
async function abandon({ store, emit }: ManagerParts, created: Opened): Promise<void> {
  await store.end(created, 'login').catch(() => emit('failed', orphan(created)))
}

function orphan({ record }: Opened): { operation: string; error: Error } {
  const error = new Error(
    `Session ${record.id} was made by a login that failed; it stays until it expires.`,
  )
  return { operation: 'end', error }
}

/** What of the data goes along into the new session: an anonymous visitor's, all of it or the keys named. */
function carry(
  { codec }: ManagerParts,
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
