import { SessionUsageError } from '../errors.ts'
import type { ActAsOptions } from '../options/acting-options.ts'
import type { FactorInput } from '../options/factor-options.ts'
import { checkUserId, type LoginOptions } from '../options/login-options.ts'
import type { Factor } from '../record/factors.ts'
import type { SessionId } from '../record/record.ts'
import type { SessionInfo } from '../store/session-info.ts'
import type { TracedOperation } from '../tracing.ts'
import type { Duration } from '../util/duration.ts'
import { keepSession } from './csrf-token.ts'
import { createFlash, type Flash } from './flash.ts'
import type { SessionOperations } from './operations/operations.ts'
import {
  type BoundOptions,
  type RecentOptions,
  requireBound,
  requireOwn,
  requireRecent,
  requireUser,
} from './require.ts'
import {
  checkInTime,
  checkWritable,
  type DeviceBindingStatus,
  type Ended,
  enqueue,
  type SessionState,
} from './state.ts'

/**
 * The type of `session.data`, unless the manager is given another one. An application declares its keys once; they are
 * optional, because a new session has none of them.
 * @example
 * declare module '@sojourn/core' {
 *   interface SessionData {
 *     cart?: string[]
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add their keys to it
export interface SessionData {}

/** Marks sessions for every copy of this package in a process, as `errorBrand` marks errors. */
const sessionBrand = Symbol.for('sojourn.session/1')

/** The name of a property for `csrf`: whether the session's request came by HTTPS, as the binding sees it. */
export const cameByHttps = Symbol.for('sojourn.session.secure/1')

/** The name of a method for `markPassive`. */
export const becomePassive = Symbol.for('sojourn.session.passive/1')

/** Returns true if a value is a session, of this copy of the package or of another. */
export function isSession(value: unknown): value is Session<object> {
  return Object(value)[sessionBrand] === true
}

/** Returns the private state of a session. For the manager only; not exported from any entry point. */
export let stateOf: (session: Session<object>) => SessionState

/**
 * The session of one request, as a handler uses it.
 *
 * Changes of `data` and a `rotate()` are written by the commit at the end of the request. `login`, `destroy`,
 * `destroyAll` and `update` act when they are called, one after the other in the order called; awaiting them reports
 * their outcome.
 *
 * The use of any member makes the response vary by the header that carries the token, usually `Vary: Cookie`.
 */
export class Session<Data extends object = SessionData> {
  readonly #state: SessionState
  readonly #operations: SessionOperations

  static {
    stateOf = (session) => session.#state
  }

  /** For the manager only: sessions come from `manager.load` and `manager.read`. */
  constructor(state: SessionState, operations: SessionOperations) {
    this.#state = state
    this.#operations = operations
  }

  /**
   * The application's data, written at the end of the request if it changed. Nested changes count; reading alone writes
   * nothing. It holds plain objects, arrays, strings, numbers, booleans, `null`, `undefined`, `Date`, `Map`, `Set`,
   * `BigInt` and typed arrays; the commit fails with `ERR_SESSION_NOT_ENCODABLE` on anything else. Its objects have no
   * prototype, so write `Object.hasOwn(data, key)`, not `data.hasOwnProperty(key)`.
   * @example
   * session.data.cart ??= []
   * session.data.cart.push('tea')
   */
  get data(): Data {
    const state = this.#access()
    if (state.isSent() && !state.isReadOnly) this.#operations.warnIfChangedLate(state)
    return state.tracked.value() as Data
  }

  /**
   * Replaces all data by a shallow copy of an object.
   * @throws SessionUsageError `ERR_SESSION_NOT_ENCODABLE` for anything but a plain object.
   */
  set data(data: Data) {
    this.#access().tracked.replace(data)
  }

  /**
   * The public id, `group.handle`. It stays the same while the token rotates and is new after a login. It opens
   * nothing, so it is safe to log and works with `manager.revoke`. A new session has one too.
   * @example
   * console.info('order placed', { session: session.id })
   */
  get id(): SessionId {
    return this.#access().id
  }

  /**
   * The id of the logged-in user, as given to `login`; `undefined` on an anonymous, new or ended session.
   * @example
   * const greeting = session.userId === undefined ? 'Hello' : `Hello ${session.userId}`
   */
  get userId(): string | undefined {
    return this.#access().opened?.record.userId
  }

  /**
   * The id of whoever acts as the user, such as a member of staff; `undefined` if nobody else does. See `actAs`.
   * @example
   * const notice = session.actorId && `You are seeing the account of ${session.userId}.`
   */
  get actorId(): string | undefined {
    return this.#access().opened?.record.actor?.userId
  }

  /** A user is set by `login` only. */
  set userId(_userId: never) {
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'session.userId was assigned, which logs nobody in. Write: await session.login(userId)',
    )
  }

  /**
   * What the user has proved, as given to `login` and `addFactor`, oldest first; empty if nothing was given.
   * @example
   * const hasPasskey = session.factors.some(({ method }) => method === 'passkey')
   */
  get factors(): readonly Factor[] {
    return this.#access().opened?.record.factors?.map((factor) => ({ ...factor })) ?? []
  }

  /**
   * How far the session is bound to a key in its browser, by the option `deviceBound`; `'none'` without it. See
   * `DeviceBindingStatus`.
   * @example
   * const badge = session.binding === 'bound' ? 'This device only' : ''
   */
  get binding(): DeviceBindingStatus {
    return this.#access().binding
  }

  /**
   * True if the request came without a live session. It does not change during the request.
   * @example
   * const greeting = session.isNew ? 'Welcome!' : 'Welcome back!'
   */
  get isNew(): boolean {
    return this.#access().isNew
  }

  /**
   * Why the session is over; `undefined` while it is alive. An ended session is empty, sends no cookie and accepts
   * nothing but `login`.
   * @example
   * const notice = session.ended === 'revoked' ? 'You were signed out on another device.' : undefined
   */
  get ended(): Ended | undefined {
    return this.#access().ended
  }

  /**
   * Times, limits and device of the session, in epoch ms; `undefined` if it has no record: while it is new, and after
   * its end. `expiresAt` and `remainingMs` include what this request prolongs.
   * @example
   * const endsAt = session.info && new Date(session.info.absoluteExpiresAt)
   */
  get info(): SessionInfo | undefined {
    const state = this.#access()
    return state.opened && this.#operations.describe(state, state.opened)
  }

  /**
   * True if nothing of the session is written: it was made by `manager.read` or `manager.watch`, or it stands in for
   * one that the store could not open (`onStoreError: 'anonymous'`).
   */
  get isReadOnly(): boolean {
    return this.#access().isReadOnly
  }

  /**
   * Messages for the next page.
   * @example
   * session.flash.add('info', 'Your order was placed.')
   * const messages = session.flash.take('info') // on the next page
   */
  get flash(): Flash {
    return createFlash(() => this.#access().tracked.value())
  }

  /**
   * Logs a user in. When it resolves, the session has a new token and the old token opens nothing (ASVS 7.2.4).
   *
   * - Anonymous or new: a new session with a new id; the data goes along, see `carry`.
   * - The same user: a re-authentication. Id and data stay, the limits restart.
   * - Another user, or an ended session: a new session with a new id and empty data.
   *
   * @param userId a string of 1 to 1,024 characters that names the user in your application.
   * @param options the device, the factors, the data to carry over, and limits of this login.
   * @throws SessionUsageError `ERR_SESSION_LATE` if the headers have been sent, `ERR_SESSION_READ_ONLY`,
   *   `ERR_CONFIG_INVALID` for a wrong id or option, `ERR_SESSION_NOT_ENCODABLE`, `ERR_SESSION_TOO_LARGE`.
   * @throws SessionConflictError `ERR_SESSION_SUPERSEDED` if another request elevated the session meanwhile,
   *   `ERR_SESSION_ENDED` if the new session was ended before it was saved.
   * @throws SessionLimitError `ERR_SESSION_LIMIT` if the user has as many sessions as `limit` allows.
   * @throws SessionAccessError `ERR_SESSION_ACTING`, status 403, for the user as whom somebody acts in this session.
   * @throws SessionStoreError if the store fails; the previous session and its cookie stay valid.
   * @example
   * await session.login('user-42', { client: { name: 'Firefox on Linux' } })
   */
  login(userId: string, options: LoginOptions = {}): Promise<void> {
    return this.#start('login', async (state) => {
      checkUserId(userId, 'login')
      checkWritable(state)
      checkInTime(state, 'login')
      await enqueue(state, () => this.#operations.login(state, userId, options))
    })
  }

  /**
   * Adds what the user has just proved, such as a second factor, or the password again. Id, data and limits stay; the
   * session has a new token, and the old one opens nothing.
   * @param factor the method, and when it was proved if that was not just now.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED`, status 401, without a logged-in user; `ERR_SESSION_ACTING`, status
   *   403, if somebody acts as the user.
   * @throws SessionUsageError `ERR_SESSION_LATE` if the headers have been sent, `ERR_SESSION_READ_ONLY`,
   *   `ERR_CONFIG_INVALID` for a wrong method or time.
   * @throws SessionConflictError `ERR_SESSION_SUPERSEDED` if another request elevated the session meanwhile,
   *   `ERR_SESSION_ENDED` if it has ended.
   * @throws SessionStoreError if the store fails; the session and its cookie stay as they were.
   * @example
   * await session.addFactor({ method: 'passkey' })
   */
  addFactor(factor: FactorInput): Promise<void> {
    return this.#start('addFactor', async (state) => {
      checkWritable(state)
      checkInTime(state, 'addFactor')
      await enqueue(state, () => this.#operations.addFactor(state, factor))
    })
  }

  /**
   * Goes on as another user, such as a member of staff as a customer: `userId` is the other user, `actorId` the one who
   * acts. Check first whether they may. The acting session has a new id, no data, limits of its own (option `acting`) and
   * does not count for the limit of the other user's sessions. `requireRecent` and `requireOwn` refuse it. The actor's own session
   * stays; `stopActing` leads back to it. When that one ends or is elevated, the acting session ends with it. `destroy` and
   * `login` end both.
   * @param userId the user to act as.
   * @param options the device, for lists, and a shorter absolute limit.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED`, status 401, without a logged-in user; `ERR_SESSION_ACTING`, status
   *   403, in an acting session, and for the own user id.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` without the option `acting`, or for a wrong id or option;
   *   `ERR_SESSION_LATE` if the headers have been sent, `ERR_SESSION_READ_ONLY`.
   * @throws SessionConflictError `ERR_SESSION_SUPERSEDED` if another request elevated the session meanwhile,
   *   `ERR_SESSION_ENDED` if it has ended.
   * @throws SessionStoreError if the store fails; the session and its cookie stay as they were.
   * @example
   * if (!isStaff(session.requireOwn())) throw new Error('Not allowed')
   * await session.actAs('customer-7')
   */
  actAs(userId: string, options: ActAsOptions = {}): Promise<void> {
    return this.#start('actAs', async (state) => {
      checkUserId(userId, 'actAs')
      checkWritable(state)
      checkInTime(state, 'actAs')
      await enqueue(state, () => this.#operations.actAs(state, { userId, options }))
    })
  }

  /**
   * Ends the acting session and goes on with the actor's own, which gets a new token. Does nothing in a session in which
   * nobody acts as another user. If the response is lost, the actor logs in again.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED`, status 401, without a logged-in user.
   * @throws SessionUsageError `ERR_SESSION_LATE` if the headers have been sent, `ERR_SESSION_READ_ONLY`.
   * @throws SessionConflictError `ERR_SESSION_ENDED` if the actor's session has ended; `ERR_SESSION_SUPERSEDED` if a
   *   parallel request was first: send it again with the new cookie.
   * @throws SessionStoreError if the store fails.
   * @example
   * await session.stopActing()
   */
  stopActing(): Promise<void> {
    return this.#start('stopActing', async (state) => {
      checkWritable(state)
      checkInTime(state, 'stopActing')
      await enqueue(state, () => this.#operations.stopActing(state))
    })
  }

  /**
   * Ends the session, for every request that uses it; with a store whose `supports.revocation` is false, for this
   * client only. From then on `ended` is `'logout'`, and nothing is written any more. In an acting session it also ends that
   * of the actor.
   * @throws SessionUsageError `ERR_SESSION_READ_ONLY`.
   * @throws SessionStoreError if the store fails.
   * @example
   * await session.destroy()
   */
  destroy(callback?: never): Promise<void> {
    const destroyed = this.#start('destroy', async (state) => {
      checkWritable(state)
      await enqueue(state, () => this.#operations.destroy(state))
    })
    return typeof callback === 'function' ? callBack(destroyed, callback) : destroyed
  }

  /**
   * Ends all sessions of the session's user, on every device, and then this one as `destroy` does: "log out everywhere".
   * From then on `ended` is `'logout'` here and `'revoked'` on the other devices. Without a user it ends this session
   * only. If it fails, the user is still logged in here, and it can be called again.
   *
   * To end all sessions but this one, call `manager.revokeAll(session.requireOwn(), { except: session.id })`.
   * @returns how many sessions it ended, this one included.
   * @throws SessionAccessError `ERR_SESSION_ACTING`, status 403, if somebody acts as the user.
   * @throws SessionUsageError `ERR_SESSION_READ_ONLY`; `ERR_CONFIG_INVALID` if the store keeps no index of users
   *   (`manager.supports.list` is false): nothing has ended.
   * @throws SessionStoreError if the store fails.
   * @example
   * const count = await session.destroyAll()
   */
  destroyAll(callback?: never): Promise<number> {
    const destroyed = this.#start('destroyAll', async (state) => {
      checkWritable(state)
      return enqueue(state, () => this.#operations.destroyAll(state))
    })
    return typeof callback === 'function' ? callBack(destroyed, callback) : destroyed
  }

  /**
   * Changes the newest data and loses no parallel change: on a conflict `fn` runs again on what the other request
   * wrote. So `fn` should have no other effect. Includes the changes that this request has made so far. Works after
   * the headers have been sent too, if the session is already saved.
   * @param fn changes the data that it is given; it may be async. If it throws, nothing is written.
   * @returns what the last run of `fn` returned.
   * @throws SessionConflictError `ERR_SESSION_ENDED`, `ERR_SESSION_SUPERSEDED`, or `ERR_SESSION_CONFLICT` if other
   *   requests kept writing for about 5 × `storeTimeout`; nothing was written.
   * @throws SessionUsageError `ERR_SESSION_READ_ONLY`, `ERR_SESSION_NOT_ENCODABLE`, `ERR_SESSION_TOO_LARGE`, and on a
   *   new session `ERR_SESSION_LATE` if the headers have been sent.
   * @throws SessionStoreError if the store fails.
   * @example
   * const visits = await session.update((data) => {
   *   data.visits = (data.visits ?? 0) + 1
   *   return data.visits
   * })
   */
  update<Result>(fn: (data: Data) => Result | Promise<Result>): Promise<Result> {
    const isSent = this.#state.isSent()
    return this.#start('update', async (state) => {
      checkWritable(state)
      let result: Result | undefined
      const keepResult = async (data: object) => {
        result = await this.#operations.runUpdate(fn as (data: object) => Result, data)
      }
      await enqueue(state, () => this.#operations.update(state, keepResult, isSent))
      return result as Result
    })
  }

  /**
   * Replaces the token at the commit. The id stays; from the commit on, the old token opens nothing, and a request
   * that began before cannot write. Call it whenever the user's privileges change, up or down. Does nothing on a
   * session that is not saved.
   * @throws SessionUsageError `ERR_SESSION_LATE` if the headers have been sent, `ERR_SESSION_READ_ONLY`.
   * @example
   * session.rotate() // the user's role has just changed
   */
  rotate(): void {
    const state = this.#access()
    checkWritable(state)
    checkInTime(state, 'rotate')
    state.mustRotate = true
  }

  /**
   * Throws unless the user has authenticated at most `duration` ago: by `login` or `addFactor`, or by the `method` given.
   * For step-up authentication before something sensitive (ASVS 7.5.3, RFC 9470). To pass, the user logs in again or adds
   * the factor, which keeps the session.
   * @param duration ms, or a string such as `'10m'`.
   * @param options `method`: what the user must have proved, or several of which one is enough; not `undefined`.
   * @throws SessionAccessError `ERR_SESSION_NOT_RECENT`, status 401; always on an anonymous or ended session, and
   *   after a login under a clock that was ahead. `ERR_SESSION_ACTING`, status 403, if somebody acts as the user.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for a wrong duration or option.
   * @throws SessionStoreError if the store could not open the session: a login would not help.
   * @example
   * session.requireRecent('10m') // before changing the password
   * session.requireRecent('10m', { method: 'passkey' }) // before a payment
   */
  requireRecent(duration: Duration, options: RecentOptions = {}): void {
    const { now, needsDevice } = this.#operations
    requireRecent(this.#access(), duration, { at: now(), options, needsDevice })
  }

  /**
   * Throws unless the browser has proved lately that it has the key of the session: for what a stolen cookie must never do, by
   * the option `deviceBound`. A browser that does not bind sessions passes only with `orRecent`.
   * @param options `orRecent`: how long ago, at most, the user has authenticated if the browser does not bind the session.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED`, status 401, without a logged-in user; `ERR_SESSION_NOT_BOUND`, status 403,
   *   or 401 if a login helps: the browser has lost its key, or `orRecent` is given.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for a wrong option.
   * @throws SessionStoreError if the store could not open the session: a login would not help.
   * @example
   * session.requireBound({ orRecent: '5m' }) // before a payment
   */
  requireBound(options: BoundOptions = {}): void {
    requireBound(this.#access(), { at: this.#operations.now(), options })
  }

  /**
   * Returns the id of the logged-in user, or throws.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED`, status 401, on an anonymous, new or ended session.
   * @throws SessionStoreError if the store could not open the session: a login would not help.
   * @example
   * const userId = session.requireUser()
   */
  requireUser(): string {
    return requireUser(this.#access())
  }

  /**
   * Returns the id of the logged-in user, or throws; also if somebody else acts as the user. For what only the user may
   * do, such as changing the password.
   * @throws SessionAccessError `ERR_SESSION_REQUIRED`, status 401, as `requireUser`; `ERR_SESSION_ACTING`, status 403.
   * @throws SessionStoreError if the store could not open the session: a login would not help.
   * @example
   * const userId = session.requireOwn()
   */
  requireOwn(): string {
    return requireOwn(this.#access())
  }

  /**
   * Returns a new CSRF token for a form or a header: 55 characters, safe in HTML and URLs (NIST SP 800-63B-4, 5.1).
   * It is valid for this session until a login, a logout or `rotate()`. A new session is saved because of it, with a
   * cookie.
   * @throws SessionUsageError `ERR_SESSION_LATE`, `ERR_SESSION_READ_ONLY` if a new session can no longer be saved.
   * @throws SessionStoreError if the store could not open the session.
   * @example
   * const field = `<input type="hidden" name="_csrf" value="${session.csrfToken()}">`
   */
  csrfToken(): string {
    keepSession(this.#access())
    return this.#operations.csrf.mint(this.#state, this.id)
  }

  /**
   * Returns true if `csrfToken` made the token for this session as it is now; false for any other value, of any type.
   * The `csrf` guard of the bindings calls it.
   * @throws SessionStoreError if the store could not open the session.
   * @example
   * const isOurForm = session.verifyCsrfToken(form.get('_csrf'))
   */
  verifyCsrfToken(token: unknown): boolean {
    const state = this.#access()
    if (state.storeError) throw state.storeError
    return this.#operations.csrf.verify(state, this.id, token)
  }

  get [sessionBrand](): true {
    return true
  }

  get [cameByHttps](): boolean {
    return this.#state.isSecure
  }

  [becomePassive](): void {
    this.#state.isPassive = true
  }

  /** Returns what is safe to log; `console.log(session)` shows the same. */
  toJSON(): { id: SessionId; userId: string | undefined; actorId?: string; isNew: boolean } {
    const { id, userId, actorId, isNew } = this
    return { id, userId, ...(actorId === undefined ? {} : { actorId }), isNew }
  }

  [Symbol.for('nodejs.util.inspect.custom')](): unknown {
    return { Session: this.toJSON() }
  }

  /** Returns the state and notes the access, for `Vary`. */
  #access(): SessionState {
    this.#state.noteAccess()
    return this.#state
  }

  /** Starts an operation whose failure the commit takes over if the application does not await it. */
  #start<Result>(
    name: TracedOperation,
    run: (state: SessionState) => Promise<Result>,
  ): Promise<Result> {
    const state = this.#access()
    return this.#operations.start(state, { name, run: () => run(state) })
  }
}

/** Calls back as express-session does. The callback runs outside of the promise: an error that it throws is its own. */
function callBack<Result>(
  promise: Promise<Result>,
  callback: (error?: unknown) => void,
): Promise<Result> {
  promise.then(
    () => nextTick(callback),
    (error: unknown) => nextTick(callback, error),
  )
  return promise
}

/** Taken when this module is loaded: the fake timers of a test, installed later, would never run it. */
const { nextTick } = process
