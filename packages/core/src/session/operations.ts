import { decodeData } from '../data/decode.ts'
import { SessionConflictError } from '../errors.ts'
import type { LoginOptions } from '../options/login-options.ts'
import type { Opened } from '../store/opened.ts'
import { describeSession, type SessionInfo } from '../store/session-info.ts'
import { create, tellIfLate, tellOfRotation } from './commit.ts'
import { type CsrfTokens, createCsrfTokens } from './csrf-token.ts'
import { login } from './login.ts'
import { fall, late, type ManagerParts, type SessionState, stand, superseded } from './state.ts'

/** What a session has the manager do at once. */
export interface SessionActs {
  now(): number
  readonly csrf: CsrfTokens
  /** Tells of what the caller is about to change too late. */
  watchLate(state: SessionState): void
  describe(opened: Opened): SessionInfo
  login(state: SessionState, userId: string, options: LoginOptions): Promise<void>
  destroy(state: SessionState): Promise<void>
  /** `isSent` says whether the headers had left when it was asked for. */
  update(
    state: SessionState,
    fn: (data: object) => void | Promise<void>,
    isSent: boolean,
  ): Promise<void>
}

interface Update {
  readonly fn: (data: object) => void | Promise<void>
  /** Whether the headers had left when it was asked for. */
  readonly isSent: boolean
}

/** What the sessions of a manager can have done at once. */
export function createActs(parts: ManagerParts): SessionActs {
  return {
    now: () => parts.config.clock(),
    csrf: createCsrfTokens(parts.config.keyring.derive('csrf')),
    watchLate: (state) => {
      Promise.resolve(state.tail).then(() => tellIfLate(parts, state))
    },
    describe: (opened) => describeSession(opened, parts.config.touchInterval),
    login: (state, userId, options) => login(parts, state, { userId, options }),
    destroy: (state) => destroy(parts, state),
    update: (state, fn, isSent) => update(parts, state, { fn, isSent }),
  }
}

/** Ends the session. The cookie is cleared only by the request whose own write ended it (P12). */
async function destroy(parts: ManagerParts, state: SessionState): Promise<void> {
  const { opened } = state
  const ending = opened && (await parts.store.end(opened, 'logout'))
  fall(parts, state, 'logout')
  if (!ending?.last) return
  state.outgoing = 'clear'
  parts.emit('ended', { id: ending.last.record.id, reason: 'logout' })
}

async function update(
  parts: ManagerParts,
  state: SessionState,
  { fn, isSent }: Update,
): Promise<void> {
  if (state.ended) throw ended(state)
  const { opened } = state
  if (!opened) return updateNew(parts, state, { fn, isSent })
  const mine = state.box.bytes()
  const saving = await parts.store.save(opened, { data: { base: opened.data, mine }, update: fn })
  if (saving.saved) {
    stand(state, saving, mine)
    tellOfRotation(parts, saving)
    return
  }
  if (saving.why === 'superseded') throw superseded(opened.record.id)
  fall(parts, state, 'gone')
  throw ended(state)
}

/** On a new session the first write creates it; whatever `fn` leaves empty is not kept (P7). */
async function updateNew(
  parts: ManagerParts,
  state: SessionState,
  { fn, isSent }: Update,
): Promise<void> {
  if (isSent) throw late('update')
  const mine = state.box.bytes()
  const copy = decodeData(parts.codec, mine)
  await fn(copy)
  if (Object.keys(copy).length === 0) return
  await create(parts, state, { data: parts.codec.encode(copy), sent: mine })
  if (state.ended) throw ended(state)
}

function ended({ ended: why }: SessionState): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_ENDED',
    `This session has ended (${why}); nothing was written. Check session.ended, or log in again.`,
  )
}
