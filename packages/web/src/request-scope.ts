import type { Session, SessionManager } from '@sojourn/core'
import { createRequestSessions, isWebSocketRequest } from '@sojourn/core/binding'
import { WebCarrier } from './carrier.ts'

/** One request while it is handled: its sessions, and what is added to its response. */
export interface RequestScope {
  /** Adds a header line to the response, whichever it will be. */
  addHeader(name: string, value: string): void
  /** Returns the request's session of a manager. Each is loaded once. */
  load<Data extends object>(manager: SessionManager<Data>): Promise<Session<Data>>
  /**
   * Commits all sessions, and returns the response with their headers. The result is a copy if headers are added:
   * those of the response may be immutable, and a handler may return one response for many requests. If a commit
   * fails, it returns the response of `onError` instead, with the headers of the other commits.
   */
  respond(response: Response): Promise<Response>
  /**
   * Returns the response of `onError`, committed. If `onError` throws, what can be saved without a cookie is saved, and
   * the error is thrown. If that fails, it returns the response of `onError` for the failure.
   */
  respondToError(error: unknown): Promise<Response>
}

/** How a request is handled. */
export interface ScopeOptions {
  readonly secure: boolean
  readonly ip: string | undefined
  onError(error: unknown): Response | Promise<Response>
}

/** The same symbol for every copy of this package in a process, so that they share the sessions of a request. */
const key: unique symbol = Symbol.for('sojourn.web.scope/1')

type RequestWithScope = Request & { [key]?: RequestScope }

/** Returns the scope of a request that is being handled. */
export function scopeOf(request: RequestWithScope): RequestScope | undefined {
  return request[key]
}

/** Creates the scope of a request. */
export function createScope(request: Request, options: ScopeOptions): RequestScope {
  const { onError } = options
  const sessions = createRequestSessions()
  const carrier = new WebCarrier(request, sessions, options)
  const isUpgrade = isWebSocketRequest(carrier)
  sessions.isSent = isUpgrade
  const addedHeaders: (readonly [name: string, value: string])[] = []
  const scope: RequestScope = {
    addHeader: (name, value) => void addedHeaders.push([name, value]),
    load: async (manager) => sessions.load(manager, carrier),
    respond,
    respondToError,
  }
  Object.assign(request, { [key]: scope })
  return scope

  async function respond(response: Response): Promise<Response> {
    carrier.attach(response)
    sessions.isSent = isUpgrade || response.status < 200 // an upgrade or a network error, which take no headers
    if (!sessions.isSent) for (const line of addedHeaders) carrier.append(...line)
    try {
      await sessions.commit()
      return carrier.detach(response)
    } catch (error) {
      response.body?.cancel().catch(() => undefined) // nothing reads it any more, and it may hold a file open
      return respondToError(error)
    }
  }

  async function respondToError(error: unknown): Promise<Response> {
    let response: Response
    try {
      response = await onError(error)
    } catch (thrown) {
      sessions.isSent = isUpgrade
      const failure = await failureOf(sessions.commit({ cookieless: true }))
      if (failure) return respondToError(failure.error) // no loop: a session commits nothing after it has failed
      throw thrown
    }
    return respond(response)
  }
}

async function failureOf(commit: Promise<void>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await commit
  } catch (error) {
    return { error }
  }
  return undefined
}
