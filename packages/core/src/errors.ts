import { withoutData, withoutSecrets } from './error-cause.ts'

/**
 * The codes of all Sojourn errors. The list is closed; docs/reference/errors.md has a section for each.
 *
 * | code                        | class                  | meaning                                                  |
 * |-----------------------------|------------------------|----------------------------------------------------------|
 * | `ERR_CONFIG_INVALID`        | `SessionUsageError`    | a wrong option or argument                               |
 * | `ERR_SECRET_WEAK`           | `SessionUsageError`    | a secret is missing, short or well known                 |
 * | `ERR_SESSION_MISSING`       | `SessionUsageError`    | the binding is not mounted before the code that needs it |
 * | `ERR_SESSION_READ_ONLY`     | `SessionUsageError`    | a session of `manager.read` was changed                  |
 * | `ERR_SESSION_LATE`          | `SessionUsageError`    | a cookie is due and the response headers have been sent       |
 * | `ERR_SESSION_NOT_ENCODABLE` | `SessionUsageError`    | `session.data` holds a value that cannot be stored       |
 * | `ERR_SESSION_TOO_LARGE`     | `SessionUsageError`    | `session.data` exceeds `maxDataBytes` or the cookie      |
 * | `ERR_SESSION_DATA_INVALID`  | `SessionDataError`     | data does not fit the schema, or does not migrate        |
 * | `ERR_SESSION_DATA_NEWER`    | `SessionDataError`     | a later version of the application wrote the data        |
 * | `ERR_SESSION_CONFLICT`      | `SessionConflictError` | other requests kept writing; nothing was written         |
 * | `ERR_SESSION_SUPERSEDED`    | `SessionConflictError` | another request elevated the session meanwhile           |
 * | `ERR_SESSION_ENDED`         | `SessionConflictError` | the session has ended                                    |
 * | `ERR_SESSION_LIMIT`         | `SessionLimitError`    | the user has as many sessions as allowed                 |
 * | `ERR_SESSION_REQUIRED`      | `SessionAccessError`   | no user is logged in                                     |
 * | `ERR_SESSION_NOT_RECENT`    | `SessionAccessError`   | the last login, or proof of a factor, is too long ago    |
 * | `ERR_SESSION_ACTING`        | `SessionAccessError`   | somebody acts as the user, and that is not allowed here  |
 * | `ERR_SESSION_NOT_BOUND`     | `SessionAccessError`   | the browser has not proved that it has the session's key |
 * | `ERR_CSRF_REFUSED`          | `SessionAccessError`   | the request may come from another site                   |
 * | `ERR_STORE_UNAVAILABLE`     | `SessionStoreError`    | the store is down                                        |
 * | `ERR_STORE_TIMEOUT`         | `SessionStoreError`    | the store is slow; the outcome of a write is unknown     |
 * | `ERR_STORE_REFUSED`         | `SessionStoreError`    | the store refused the operation                          |
 * | `ERR_STORE_CONTRACT`        | `SessionStoreError`    | the store broke a clause of its contract                 |
 */
export type SessionErrorCode =
  | 'ERR_CONFIG_INVALID'
  | 'ERR_SECRET_WEAK'
  | 'ERR_SESSION_MISSING'
  | 'ERR_SESSION_READ_ONLY'
  | 'ERR_SESSION_LATE'
  | 'ERR_SESSION_NOT_ENCODABLE'
  | 'ERR_SESSION_TOO_LARGE'
  | 'ERR_SESSION_DATA_INVALID'
  | 'ERR_SESSION_DATA_NEWER'
  | 'ERR_SESSION_CONFLICT'
  | 'ERR_SESSION_SUPERSEDED'
  | 'ERR_SESSION_ENDED'
  | 'ERR_SESSION_LIMIT'
  | 'ERR_SESSION_REQUIRED'
  | 'ERR_SESSION_NOT_RECENT'
  | 'ERR_SESSION_ACTING'
  | 'ERR_SESSION_NOT_BOUND'
  | 'ERR_CSRF_REFUSED'
  | 'ERR_STORE_UNAVAILABLE'
  | 'ERR_STORE_TIMEOUT'
  | 'ERR_STORE_REFUSED'
  | 'ERR_STORE_CONTRACT'

type UsageCode = Extract<
  SessionErrorCode,
  | 'ERR_CONFIG_INVALID'
  | 'ERR_SECRET_WEAK'
  | 'ERR_SESSION_MISSING'
  | 'ERR_SESSION_READ_ONLY'
  | 'ERR_SESSION_LATE'
  | 'ERR_SESSION_NOT_ENCODABLE'
  | 'ERR_SESSION_TOO_LARGE'
>
type DataCode = Extract<SessionErrorCode, `ERR_SESSION_DATA_${string}`>
type ConflictCode = Extract<
  SessionErrorCode,
  'ERR_SESSION_CONFLICT' | 'ERR_SESSION_SUPERSEDED' | 'ERR_SESSION_ENDED'
>
type AccessCode = Extract<
  SessionErrorCode,
  | 'ERR_SESSION_REQUIRED'
  | 'ERR_SESSION_NOT_RECENT'
  | 'ERR_SESSION_ACTING'
  | 'ERR_SESSION_NOT_BOUND'
  | 'ERR_CSRF_REFUSED'
>
type StoreCode = Extract<SessionErrorCode, `ERR_STORE_${string}`>

/**
 * Marks the errors of Sojourn, so that one copy of this package recognises what another has thrown: two bundles of one
 * application, a second `node_modules`, a module that a hot reload loads again. Each copy has classes of its own, and
 * `Symbol.for` returns the same symbol to all. The number is the version of what the brand promises: `name`, `code` and
 * `status`.
 */
const errorBrand = Symbol.for('sojourn.error/1')

/**
 * The base class of all errors of Sojourn. The subclass shows who must act, `code` what is wrong. The message states
 * what happened and then what to do; it may hold a session id, never a token or a secret. `cause` is the underlying
 * error, if there is one.
 * @example
 * try {
 *   await session.login('user-42')
 * } catch (error) {
 *   if (error instanceof SessionError && error.code === 'ERR_SESSION_LIMIT') console.info(error.message)
 *   else throw error
 * }
 */
export abstract class SessionError extends Error {
  /**
   * The name of the class. A fixed text, because minifiers shorten `constructor.name`. Subclasses set it by `this`:
   * bundlers rename a class whose body names it, and Node prints the new name.
   */
  declare name: string
  readonly code: SessionErrorCode
  /** The HTTP status of the response, set by the binding or by the framework's own error handler. */
  abstract readonly status: number

  protected constructor(code: SessionErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }

  /** The same as `status`, by the name that http-errors gives it: NestJS reads both. */
  get statusCode(): number {
    return this.status
  }

  /** False: default error handlers send the text of the status, not the message, which is for developers. */
  get expose(): boolean {
    return false
  }

  get [errorBrand](): true {
    return true
  }

  /** Makes `instanceof` hold for the errors of another copy of this package too. */
  static override readonly [Symbol.hasInstance] = isErrorOf
}

function isErrorOf(this: object, value: unknown): boolean {
  if (Reflect.apply(Function.prototype[Symbol.hasInstance], this, [value])) return true
  if (Object(value)[errorBrand] !== true) return false
  if (this === SessionError) return true
  return Object.hasOwn(this, 'errorName') && Object(value).name === Reflect.get(this, 'errorName')
}

const statusTexts: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/**
 * An error with a response of its own, status 401, 403, 409, 500 or 503. `SessionUsageError` is not one: it is a bug, which
 * frameworks log and report as 500.
 */
abstract class ResponseError extends SessionError {
  /** Response headers; the default error handlers of Express and Koa send them. */
  readonly headers: Readonly<Record<string, string>> = {}

  /**
   * Returns the error as a Fetch `Response` whose body is the text of its status: `message` is not for strangers. Hono's
   * default error handler calls it.
   */
  getResponse(): Response {
    const { status, headers } = this
    return new Response(statusTexts[status], { status, headers })
  }
}

/**
 * The developer must act: a wrong option, a wrong call, or data that no session can hold. Status 500.
 *
 * Codes: `ERR_CONFIG_INVALID`, `ERR_SECRET_WEAK`, `ERR_SESSION_MISSING`, `ERR_SESSION_READ_ONLY`, `ERR_SESSION_LATE`,
 * `ERR_SESSION_NOT_ENCODABLE`, `ERR_SESSION_TOO_LARGE`.
 */
export class SessionUsageError extends SessionError {
  static readonly errorName = 'SessionUsageError'
  static {
    this.prototype.name = this.errorName
  }

  readonly status = 500
  declare readonly code: UsageCode

  constructor(code: UsageCode, message: string, cause?: unknown) {
    super(code, message, cause)
  }
}

/**
 * The data of a session has another form than this version of the application expects; see the options `schema`, `version`
 * and `migrations`.
 *
 * - `ERR_SESSION_DATA_INVALID`, status 500: stored data does not fit the schema or does not migrate, and `onInvalidData` is
 *   `'fail'`. In development also: data that is to be written does not fit.
 * - `ERR_SESSION_DATA_NEWER`, status 503 with `Retry-After`: a later version has written the data. Nothing of it was
 *   changed; a server of that version can serve the request.
 *
 * `detail` says what does not fit, for operators. Neither it nor the message repeats a value.
 */
export class SessionDataError extends ResponseError {
  static readonly errorName = 'SessionDataError'
  static {
    this.prototype.name = this.errorName
  }

  readonly status: 500 | 503
  override readonly headers: Readonly<Record<string, string>>
  declare readonly code: DataCode

  readonly #detail: string

  constructor(code: DataCode, message: string, detail: string, cause?: unknown) {
    super(code, message, cause)
    this.status = code === 'ERR_SESSION_DATA_NEWER' ? 503 : 500
    this.headers = this.status === 503 ? { 'Retry-After': '1' } : {}
    this.#detail = detail
  }

  /** What does not fit and what to do, for operators. */
  get detail(): string {
    return this.#detail
  }
}

/**
 * The request lost against another one and wrote nothing; the client may send it again. Status 409.
 *
 * Codes: `ERR_SESSION_CONFLICT`, `ERR_SESSION_SUPERSEDED`, `ERR_SESSION_ENDED`.
 */
export class SessionConflictError extends ResponseError {
  static readonly errorName = 'SessionConflictError'
  static {
    this.prototype.name = this.errorName
  }

  readonly status = 409
  declare readonly code: ConflictCode

  constructor(code: ConflictCode, message: string, cause?: unknown) {
    super(code, message, cause)
  }
}

/**
 * The user has as many sessions as `limit` allows and `onExceed` is `'refuse'`. Status 403.
 *
 * Code: `ERR_SESSION_LIMIT`.
 */
export class SessionLimitError extends ResponseError {
  static readonly errorName = 'SessionLimitError'
  static {
    this.prototype.name = this.errorName
  }

  readonly status = 403

  constructor(message: string) {
    super('ERR_SESSION_LIMIT', message)
  }
}

/**
 * The user must act.
 *
 * - `ERR_SESSION_REQUIRED`, status 401: log in.
 * - `ERR_SESSION_NOT_RECENT`, status 401: log in again, or prove the factor (step-up, RFC 9470).
 * - `ERR_SESSION_ACTING`, status 403: stop acting as another user, or do not begin. A login would not help.
 * - `ERR_SESSION_NOT_BOUND`, status 403: use a browser that binds the session to a key. Status 401 where a login helps.
 * - `ERR_CSRF_REFUSED`, status 403: send the request from a page of this application. A login would not help.
 */
export class SessionAccessError extends ResponseError {
  static readonly errorName = 'SessionAccessError'
  static {
    this.prototype.name = this.errorName
  }

  readonly status: 401 | 403
  override readonly headers: Readonly<Record<string, string>>
  declare readonly code: AccessCode

  /** @param status 401 if a login would help. @default by the code */
  constructor(
    code: AccessCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    status: 401 | 403 = accessStatus(code),
  ) {
    super(code, message)
    this.status = status
    this.headers = headers
  }
}

function accessStatus(code: AccessCode): 401 | 403 {
  return code === 'ERR_SESSION_REQUIRED' || code === 'ERR_SESSION_NOT_RECENT' ? 401 : 403
}

/**
 * The operator must act: the store fails. Status 503 with `Retry-After`. It is never "no session": the cookie stays.
 *
 * - `ERR_STORE_UNAVAILABLE`: it is down.
 * - `ERR_STORE_TIMEOUT`: it is slower than `storeTimeout`; the outcome of a write is unknown.
 * - `ERR_STORE_REFUSED`: it refuses the operation.
 * - `ERR_STORE_CONTRACT`: it breaks a clause of its contract, which `detail` names.
 *
 * Default error handlers send `message` to the client (Fastify), and `stack` unless `NODE_ENV` is `production` (Express), so
 * neither names a host, a script or a command. `detail` does, and says what to do; the manager warns of it.
 *
 * `cause` is a copy of the client's error without what it was asked to write: it keeps the name, message, code and stack,
 * not the class.
 */
export class SessionStoreError extends ResponseError {
  static readonly errorName = 'SessionStoreError'
  static {
    this.prototype.name = this.errorName
  }

  readonly status = 503
  override readonly headers = { 'Retry-After': '1' }
  declare readonly code: StoreCode

  readonly #detail: string

  constructor(code: StoreCode, detail: string, cause?: unknown) {
    super(code, storeMessages[code], cause === undefined ? undefined : withoutData(cause))
    this.#detail = withoutSecrets(detail)
  }

  /** What happened and what to do, for operators: it may name hosts, commands and settings. */
  get detail(): string {
    return this.#detail
  }
}

/**
 * Returns what was thrown. In place of nothing, as of `Promise.reject()`, returns an error: frameworks call the handler if they are
 * given nothing, as if the session had been loaded or saved (P8).
 */
export function thrownOrError(thrown: unknown): unknown {
  return (
    thrown ||
    new SessionStoreError(
      'ERR_STORE_UNAVAILABLE',
      'The store, or a function of the configuration, has failed with nothing in place of an error. Let it throw an Error that says why.',
    )
  )
}

const storeMessages: Readonly<Record<StoreCode, string>> = {
  ERR_STORE_UNAVAILABLE: 'The session store is unavailable. Try again in a moment.',
  ERR_STORE_TIMEOUT: 'The session store did not respond in time. Try again in a moment.',
  ERR_STORE_REFUSED: 'The session store refused the operation.',
  ERR_STORE_CONTRACT: 'The session store failed.',
}
