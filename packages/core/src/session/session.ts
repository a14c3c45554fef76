import { checkUserId, type LoginOptions } from '../options/login-options.ts'
import type { SessionId } from '../record/record.ts'
import type { SessionInfo } from '../store/session-info.ts'
import type { Duration } from '../util/duration.ts'
import { keepSession } from './csrf-token.ts'
import { createFlash, type Flash } from './flash.ts'
import type { SessionOperations } from './operations.ts'
import { requireRecent, requireUser } from './require.ts'
import {
  checkInTime,
  checkWritable,
  type Ended,
  enqueue,
  idOf,
  type SessionState,
} from './state.ts'

/**
 * The type of `session.data` where no other is given. An application declares its keys once, optional, because a new
 * session has none of them:
 *
 *     declare module '@sojourn/core' {
 *       interface SessionData { cart?: string[] }
 *     }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add their keys to it
export interface SessionData {}

/** For the manager only: what a session knows. */
export let stateOf: (session: Session<object>) => SessionState

/**
 * What a handler holds during one request. Changes of `data` and `rotate()` are written by the commit at the end of
 * the request; `login`, `destroy` and `update` act when they are awaited, in the order called.
 */
export class Session<Data extends object = SessionData> {
  readonly #state: SessionState
  readonly #operations: SessionOperations

  static {
    stateOf = (session) => session.#state
  }

  /** Sessions are made by a manager's `load` and `read`. */
  constructor(state: SessionState, operations: SessionOperations) {
    this.#state = state
    this.#operations = operations
  }

  /** The application's data. Nested changes count; reading does not. */
  get data(): Data {
    const state = this.#consult()
    if (state.isSent() && !state.isReadOnly) this.#operations.warnIfChangedLate(state)
    return state.tracked.value() as Data
  }

  /** @throws SessionUsageError `ERR_SESSION_NOT_ENCODABLE` for anything but a plain object. */
  set data(data: Data) {
    this.#consult().tracked.replace(data)
  }

  /** The public name, stable while the token rotates and new after a login. Safe to log. */
  get id(): SessionId {
    return idOf(this.#consult())
  }

  /** Who is logged in; `undefined` on an anonymous session. */
  get userId(): string | undefined {
    return this.#consult().opened?.record.userId
  }

  /** Whether the request came without a live session. */
  get isNew(): boolean {
    return this.#consult().isNew
  }

  /** Why the session accepts nothing but a login any more; `undefined` while it is alive. */
  get ended(): Ended | undefined {
    return this.#consult().ended
  }

  /** Its ages and limits; `undefined` while nothing is kept of it. */
  get info(): SessionInfo | undefined {
    const { opened } = this.#consult()
    return opened && this.#operations.describe(opened)
  }

  /** Whether nothing is kept of it: made by `manager.read`, or while the store is in trouble. */
  get isReadOnly(): boolean {
    return this.#consult().isReadOnly
  }

  /** Messages for the next page. */
  get flash(): Flash {
    return createFlash(() => this.#consult().tracked.value())
  }

  /**
   * Logs a user in: a new id and a new token, and the old ones are dead when this resolves. An anonymous session's data
   * goes along; another user's does not. For the user who is logged in already it is a re-authentication: the id stays.
   * @throws SessionUsageError `ERR_SESSION_LATE` when the headers have left, `ERR_SESSION_READ_ONLY`.
   * @throws SessionConflictError `ERR_SESSION_SUPERSEDED` when another request elevated the session meanwhile.
   * @throws SessionLimitError when the user has as many sessions as the limit allows.
   */
  async login(userId: string, options: LoginOptions = {}): Promise<void> {
    checkUserId(userId, 'login')
    const state = this.#consult()
    checkWritable(state)
    checkInTime(state, 'login')
    await this.#inOrder((state) => this.#operations.login(state, userId, options))
  }

  /** Ends the session everywhere. From here on it is empty and keeps nothing. */
  async destroy(): Promise<void> {
    checkWritable(this.#consult())
    await this.#inOrder((state) => this.#operations.destroy(state))
  }

  /**
   * Changes the newest data and loses nothing, whoever else writes. `fn` may run more than once, each time on a fresh
   * copy, so it should have no other effect. What it returned last is returned.
   * @throws SessionConflictError `ERR_SESSION_ENDED`, `ERR_SESSION_SUPERSEDED`, `ERR_SESSION_CONFLICT`; nothing was written.
   */
  async update<Result>(fn: (data: Data) => Result | Promise<Result>): Promise<Result> {
    checkWritable(this.#consult())
    let result: Result | undefined
    const keepResult = async (data: object) => {
      result = await fn(data as Data)
    }
    const isSent = this.#state.isSent()
    await this.#inOrder((state) => this.#operations.update(state, keepResult, isSent))
    return result as Result
  }

  /**
   * A new token at the commit; the old one is dead from then on, and a request that began before cannot write after it.
   * To be called whenever a privilege changes, dropping one included.
   * @throws SessionUsageError `ERR_SESSION_LATE` when the headers have left, `ERR_SESSION_READ_ONLY`.
   */
  rotate(): void {
    const state = this.#consult()
    checkWritable(state)
    checkInTime(state, 'rotate')
    state.mustRotate = true
  }

  /**
   * Passes when the user has proved who they are within `duration`; to be asked before something sensitive.
   * @throws SessionAccessError `ERR_SESSION_NOT_RECENT`: have them log in again, which keeps the session.
   * @throws SessionStoreError where the store could not open the session: that is not the user's to mend.
   */
  requireRecent(duration: Duration): void {
    requireRecent(this.#consult(), duration, this.#operations.now())
  }

  /**
   * The id of the user who is logged in; to be asked before whatever needs one.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED` on an anonymous or ended session: have them log in.
   * @throws SessionStoreError where the store could not open the session: that is not the user's to mend.
   */
  requireUser(): string {
    return requireUser(this.#consult())
  }

  /**
   * A new token for a form or a header, that only this session can have been given (NIST SP 800-63B-4, 5.1). It is good
   * until a login, a logout or `rotate()`. A new session is kept by asking for one.
   * @throws SessionUsageError `ERR_SESSION_LATE`, `ERR_SESSION_READ_ONLY` where a new session can no longer be kept.
   */
  csrfToken(): string {
    keepSession(this.#consult())
    return this.#operations.csrf.mint(this.#state, this.id)
  }

  /**
   * Whether `token` was made by `csrfToken` for this session; false for whatever else it is.
   * @throws SessionStoreError where the store could not open the session: that is not the user's to mend.
   */
  verifyCsrfToken(token: unknown): boolean {
    const state = this.#consult()
    if (state.storeError) throw state.storeError
    return this.#operations.csrf.verify(state, this.id, token)
  }

  /** Only what may be logged. */
  toJSON(): { id: SessionId; userId: string | undefined; isNew: boolean } {
    return { id: this.id, userId: this.userId, isNew: this.isNew }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return { Session: this.toJSON() }
  }

  #consult(): SessionState {
    this.#state.isAccessed = true
    return this.#state
  }

  #inOrder(act: (state: SessionState) => Promise<void>): Promise<void> {
    const state = this.#consult()
    return enqueue(state, () => act(state))
  }
}
