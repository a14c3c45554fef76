/** Every code that a Sojourn error can carry. The list is closed; each has its anchor in docs/reference/errors.md. */
export type SessionErrorCode =
  | 'ERR_CONFIG_INVALID'
  | 'ERR_SECRET_WEAK'
  | 'ERR_SESSION_MISSING'
  | 'ERR_SESSION_READ_ONLY'
  | 'ERR_SESSION_LATE'
  | 'ERR_SESSION_NOT_ENCODABLE'
  | 'ERR_SESSION_TOO_LARGE'
  | 'ERR_SESSION_CONFLICT'
  | 'ERR_SESSION_SUPERSEDED'
  | 'ERR_SESSION_ENDED'
  | 'ERR_SESSION_LIMIT'
  | 'ERR_SESSION_REQUIRED'
  | 'ERR_SESSION_NOT_RECENT'
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
type ConflictCode = Extract<
  SessionErrorCode,
  'ERR_SESSION_CONFLICT' | 'ERR_SESSION_SUPERSEDED' | 'ERR_SESSION_ENDED'
>
type AccessCode = Extract<
  SessionErrorCode,
  'ERR_SESSION_REQUIRED' | 'ERR_SESSION_NOT_RECENT' | 'ERR_CSRF_REFUSED'
>
type StoreCode = Extract<SessionErrorCode, `ERR_STORE_${string}`>

/**
 * What all errors of Sojourn have in common. Its subclass says who must act; `code` says on what.
 * The message says what happened and then what to do. It may hold an id, never a token or a secret.
 */
export abstract class SessionError extends Error {
  readonly code: SessionErrorCode
  /** The HTTP status that a binding, or the framework's own error handler, answers with. */
  abstract readonly status: number

  protected constructor(code: SessionErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.name = new.target.name
  }
}

/** One that the client is told of; for a mistake of the developer's, frameworks have a 500 and a log of their own. */
abstract class ResponseError extends SessionError {
  /** Sent along with the status by the default error handlers of Express and Koa. */
  readonly headers: Readonly<Record<string, string>> = {}

  /** What a framework of Request and Response answers with; Hono's default error handler does. */
  getResponse(): Response {
    const { status, headers } = this
    return new Response(null, { status, headers })
  }
}

/** The developer must act: a wrong option, a wrong call, or data that no session can keep. Status 500. */
export class SessionUsageError extends SessionError {
  readonly status = 500
  declare readonly code: UsageCode

  constructor(code: UsageCode, message: string, cause?: unknown) {
    super(code, message, cause)
  }
}

/** The request lost to another one and wrote nothing; the client may try again. Status 409. */
export class SessionConflictError extends ResponseError {
  readonly status = 409
  declare readonly code: ConflictCode

  constructor(code: ConflictCode, message: string, cause?: unknown) {
    super(code, message, cause)
  }
}

/** A user has as many sessions as the limit allows, and the policy is to refuse one more. Status 403. */
export class SessionLimitError extends ResponseError {
  readonly status = 403

  constructor(message: string) {
    super('ERR_SESSION_LIMIT', message)
  }
}

/**
 * The user must act: log in (`REQUIRED`), prove again who they are (`NOT_RECENT`; RFC 9470), both 401; or send the
 * request from our own page (`CSRF_REFUSED`), 403: no login would change that.
 */
export class SessionAccessError extends ResponseError {
  readonly status: 401 | 403
  override readonly headers: Readonly<Record<string, string>>
  declare readonly code: AccessCode

  constructor(code: AccessCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(code, message)
    this.status = code === 'ERR_CSRF_REFUSED' ? 403 : 401
    this.headers = headers
  }
}

/**
 * The operator must act: the store is down (`UNAVAILABLE`), slow (`TIMEOUT`: the outcome of a write is unknown),
 * refuses (`REFUSED`), or breaks a clause of its contract (`CONTRACT`, which names the clause). Never "no session".
 */
export class SessionStoreError extends ResponseError {
  readonly status = 503
  override readonly headers = { 'Retry-After': '1' }
  declare readonly code: StoreCode

  constructor(code: StoreCode, message: string, cause?: unknown) {
    super(code, message, cause)
  }
}
