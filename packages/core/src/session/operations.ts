import { decodeData } from '../data/decode.ts'
import { SessionConflictError } from '../errors.ts'
import type { LoginOptions } from '../options/login-options.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import { describeSession, type SessionInfo } from '../store/session-info.ts'
import { create, discardLateChanges, emitRotated } from './commit.ts'
import { type CsrfTokens, createCsrfTokens } from './csrf-token.ts'
import { login } from './login.ts'
import {
  applySaved,
  lateError,
  type ManagerContext,
  markEnded,
  type SessionState,
  supersededError,
} from './state.ts'

/** What a session has the manager do at once. */
export interface SessionOperations {
  now(): number
  readonly csrf: CsrfTokens
  /** Tells of what the caller is about to change too late. */
  warnIfChangedLate(state: SessionState): void
  describe(opened: OpenedSession): SessionInfo
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
export function createOperations(context: ManagerContext): SessionOperations {
  return {
    now: () => context.config.clock(),
    csrf: createCsrfTokens(context.config.keyring.derive('csrf')),
    warnIfChangedLate: (state) => {
      Promise.resolve(state.pending).then(() => discardLateChanges(context, state))
    },
    describe: (opened) => describeSession(opened, context.config.touchInterval),
    login: (state, userId, options) => login(context, state, { userId, options }),
    destroy: (state) => destroy(context, state),
    update: (state, fn, isSent) => update(context, state, { fn, isSent }),
  }
}

/** Ends the session. The cookie is cleared only by the request whose own write ended it (P12). */
async function destroy(context: ManagerContext, state: SessionState): Promise<void> {
  const { opened } = state
  const ending = opened && (await context.store.end(opened, 'logout'))
  markEnded(context, state, 'logout')
  if (!ending?.last) return
  state.outgoing = 'clear'
  context.emit('ended', { id: ending.last.record.id, reason: 'logout' })
}

async function update(
  context: ManagerContext,
  state: SessionState,
  { fn, isSent }: Update,
): Promise<void> {
  if (state.ended) throw ended(state)
  const { opened } = state
  if (!opened) return updateNew(context, state, { fn, isSent })
  const mine = state.tracked.bytes()
  const saving = await context.store.save(opened, { data: { base: opened.data, mine }, update: fn })
  if (saving.saved) {
    applySaved(state, saving, mine)
    emitRotated(context, saving)
    return
  }
  if (saving.why === 'superseded') throw supersededError(opened.record.id)
  markEnded(context, state, 'gone')
  throw ended(state)
}

/** On a new session the first write creates it; whatever `fn` leaves empty is not kept (P7). */
async function updateNew(
  context: ManagerContext,
  state: SessionState,
  { fn, isSent }: Update,
): Promise<void> {
  if (isSent) throw lateError('update')
  const mine = state.tracked.bytes()
  const copy = decodeData(context.codec, mine)
  await fn(copy)
  if (Object.keys(copy).length === 0) return
  await create(context, state, { data: context.codec.encode(copy), sent: mine })
  if (state.ended) throw ended(state)
}

function ended({ ended: why }: SessionState): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_ENDED',
    `This session has ended (${why}); nothing was written. Check session.ended, or log in again.`,
  )
}
