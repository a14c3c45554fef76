import { sameBytes } from '../../data/decode.ts'
import { isPlainObject } from '../../data/object-kinds.ts'
import { emptyData } from '../../data/size.ts'
import { SessionConflictError, SessionUsageError } from '../../errors.ts'
import { type TimeBudget, withTimeBudget } from '../../keyed/deadline.ts'
import { saveTimedOut } from '../../keyed/save.ts'
import type { FactorInput } from '../../options/factor-options.ts'
import type { LoginOptions } from '../../options/login-options.ts'
import { runUpdate } from '../../store/apply-changes.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import { describeSession, type SessionInfo } from '../../store/session-info.ts'
import type { EndOutcome } from '../../store/store.ts'
import type { TracedOperation } from '../../tracing.ts'
import { create, discardLateChanges, emitCommitted } from '../commit/commit.ts'
import { asUsed, needsTouch } from '../commit/decide.ts'
import { type CsrfTokens, createCsrfTokens } from '../csrf-token.ts'
import { endActor, touchActor } from '../load/actor.ts'
import { asksForLogin, refuseActing } from '../require.ts'
import {
  applySaved,
  lateError,
  type ManagerContext,
  markEnded,
  type SessionState,
  supersededError,
} from '../state.ts'
import { changedData } from '../track-data.ts'
import { type ActAsArgs, actAs, stopActing } from './acting.ts'
import { addFactor } from './add-factor.ts'
import { endAll, usersOf } from './end-all.ts'
import { login } from './login.ts'
import { startOperation } from './unawaited-operations.ts'

/** What a `Session` needs of its manager: the methods that act before the commit, the clock and the CSRF tokens. */
export interface SessionOperations {
  /** Starts an operation, so that the commit can take over its failure; see unawaited-operations.ts. */
  start<Result>(
    state: SessionState,
    operation: { name: TracedOperation; run: () => Promise<Result> },
  ): Promise<Result>
  /** Runs the function of an update; in development, refuses one that returns new data in place of changing it. */
  runUpdate<Result>(fn: (data: object) => Result | Promise<Result>, data: object): Promise<Result>
  /** Returns the manager's time, in epoch ms. */
  now(): number
  /** True if `requireRecent` refuses a session whose browser has not proved its key. */
  readonly needsDevice: boolean
  readonly csrf: CsrfTokens
  /**
   * Discards what the handler changes from now on in the same tick, with an event and, in development, a warning.
   * Called when it reads `data` after the headers have been sent; waits for the queued operations and the commit.
   */
  warnIfChangedLate(state: SessionState): void
  /** Returns the value of `session.info`. */
  describe(state: SessionState, opened: OpenedSession): SessionInfo
  login(state: SessionState, userId: string, options: LoginOptions): Promise<void>
  addFactor(state: SessionState, factor: FactorInput): Promise<void>
  actAs(state: SessionState, args: ActAsArgs): Promise<void>
  stopActing(state: SessionState): Promise<void>
  destroy(state: SessionState): Promise<void>
  /** Returns how many sessions it ended. */
  destroyAll(state: SessionState): Promise<number>
  /**
   * `isSent` is whether the headers had been sent when `session.update` was called; it may have waited in the queue.
   */
  update(
    state: SessionState,
    fn: (data: object) => void | Promise<void>,
    isSent: boolean,
  ): Promise<void>
}

interface UpdateArgs {
  readonly fn: (data: object) => void | Promise<void>
  /** Whether the headers had been sent when `session.update` was called. */
  readonly isSent: boolean
}

/** Creates the operations that the sessions of one manager share. */
export function createOperations(context: ManagerContext): SessionOperations {
  return {
    start: (state, operation) => startOperation(context, state, operation),
    runUpdate: (fn, data) => runAndCheck(context, fn, data),
    now: () => context.config.clock(),
    needsDevice: asksForLogin(context),
    csrf: createCsrfTokens(context.config.keyring.derive('csrf')),
    warnIfChangedLate: (state) => {
      // A commit that still waits for an operation includes what was changed in time.
      Promise.resolve(state.committing ?? state.pending).then(() =>
        discardLateChanges(context, state),
      )
    },
    describe: (state, opened) => describe(context, state, opened),
    login: (state, userId, options) => login(context, state, { userId, options }),
    addFactor: (state, factor) => addFactor(context, state, factor),
    actAs: (state, args) => actAs(context, state, args),
    stopActing: (state) => stopActing(context, state),
    destroy: (state) => destroy(context, state),
    destroyAll: (state) => destroyAll(context, state),
    update: (state, fn, isSent) => update(context, state, { fn, isSent }),
  }
}

/** Describes a session as it will be at the end of the request: this request may prolong it. */
function describe(
  context: ManagerContext,
  state: SessionState,
  opened: OpenedSession,
): SessionInfo {
  const { clock, touchInterval } = context.config
  const at = clock()
  const prolongs = !state.isReadOnly && needsTouch(context, state, opened)
  return describeSession(opened, { touchInterval, at, usedAt: prolongs ? at : opened.touchedAt })
}

/** Ends the session; see `Session.destroy`. Who acts as another user logs out altogether: the own session comes first. */
async function destroy(context: ManagerContext, state: SessionState): Promise<void> {
  const { actor } = state.opened?.record ?? {}
  if (actor) await endActor(context, actor, 'logout')
  const ending = await endOwn(context, state)
  if (!context.config.development || !ending || ending.last || ending.before !== 'revoked') return
  context.warnOnce(
    'session.destroy() found its session revoked, so the browser keeps a cookie that opens nothing. ' +
      'To end all sessions of the user, this one included, write in place of manager.revokeAll(): await session.destroyAll()',
  )
}

/**
 * Ends all sessions of the session's user; see `Session.destroyAll`. The own one comes last: if the others cannot be
 * ended, the user is still logged in and can try again. Refused if somebody acts as the user, whose sessions are not theirs.
 */
async function destroyAll(context: ManagerContext, state: SessionState): Promise<number> {
  usersOf(context.store)
  refuseActing(state)
  const { id, userId } = state.opened?.record ?? {}
  const others = userId === undefined ? 0 : await endAll(context, userId, id)
  const ending = await endOwn(context, state)
  return ending?.last ? others + 1 : others
}

/**
 * Ends the session of this request. The cookie is cleared only if this request's own write ended the session (P12):
 * otherwise the browser may hold the cookie of a newer one.
 */
async function endOwn(
  context: ManagerContext,
  state: SessionState,
): Promise<EndOutcome | undefined> {
  const opened = state.opened ?? state.locked
  const ending = opened && (await context.store.end(opened, 'logout'))
  markEnded(context, state, 'logout')
  if (!ending?.last) return ending
  state.outgoing = 'clear'
  context.emit('ended', { id: ending.last.record.id, reason: 'logout' })
  return ending
}

/** Runs `fn` on the newest data and saves the result; see `Session.update`. */
async function update(
  context: ManagerContext,
  state: SessionState,
  { fn, isSent }: UpdateArgs,
): Promise<void> {
  if (state.ended) throw endedError(state)
  const { opened } = state
  if (!opened) {
    if (isSent) throw lateError('update')
    return withTimeBudget(
      5 * context.config.storeTimeout,
      (budget) => updateNew(context, state, { fn, budget }),
      () => saveTimedOut({ record: { id: state.id } }),
    )
  }
  const data = changedData(state.tracked)
  const { mine } = data
  const changes = asUsed(state, { data, update: fn })
  const saving = await context.store.save(opened, changes)
  if (saving.saved) {
    applySaved(state, saving, mine)
    emitCommitted(context, saving, 'update')
    const { actor } = saving.opened.record
    if (saving.isTouched && actor) await touchActor(context, actor)
    return
  }
  if (saving.why === 'superseded') throw supersededError(context, opened, 'update')
  markEnded(context, state, 'gone')
  throw endedError(state)
}

/**
 * Runs `fn`, and in development compares the data before and after: `update((data) => ({ ...data, n: 1 }))` changes
 * nothing, because what `fn` returns is for the caller. Refused if data exists and the returned object has all of its keys;
 * warned of if it has some of them, and on empty data, where it may be meant.
 */
async function runAndCheck<Result>(
  { codec, config, warnOnce }: ManagerContext,
  fn: (data: object) => Result | Promise<Result>,
  data: object,
): Promise<Result> {
  if (!config.development) return fn(data)
  const before = codec.encode(data)
  const result = await fn(data)
  if (!isPlainObject(result) || result === data || !sameBytes(before, codec.encode(data)))
    return result
  const [keys, returned] = [Object.keys(data), Object.keys(result)]
  if (returned.length === 0) return result
  if (keys.length > 0 && !keys.some((key) => Object.hasOwn(result, key))) return result
  const message =
    'update() was given a function that returns an object and leaves the data as it was, so nothing is written. ' +
    'Change the data that it is given: session.update((data) => { data.n = 1 })'
  if (keys.length > 0 && keys.every((key) => Object.hasOwn(result, key)))
    throw new SessionUsageError('ERR_CONFIG_INVALID', `${message}.`)
  warnOnce(`${message}.`)
  return result
}

/**
 * Runs `fn` on a new session and creates its record, unless the data stays empty (P7). Stops without a write if the
 * budget is exhausted: `fn` may have waited for another operation of this session, which waits for this one.
 */
async function updateNew(
  context: ManagerContext,
  state: SessionState,
  { fn, budget }: Pick<UpdateArgs, 'fn'> & { budget: TimeBudget },
): Promise<void> {
  const mine = state.tracked.bytes()
  const { codec, config, emit } = context
  const stored = { bytes: mine, version: state.tracked.version(), conflicts: [] }
  const { bytes: data } = await runUpdate(stored, fn, { codec, policy: config, emit })
  if (budget.isExhausted() || sameBytes(data, emptyData(codec))) return
  await create(context, state, { data, submitted: mine, by: 'update' })
  if (state.ended) throw endedError(state)
}

function endedError({ ended: why }: SessionState): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_ENDED',
    `This session has ended (${why}); nothing was written. Check session.ended, or log in again.`,
  )
}
