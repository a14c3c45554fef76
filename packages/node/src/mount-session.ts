import type { Session, SessionManager } from '@sojourn/core'
import { nodeCarrier } from './carrier.ts'
import { applyErrorHead } from './head.ts'
import { beforeHeaders } from './held-response.ts'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'
import { hasResponse, onceClosed } from './upgrade.ts'

/** A request and its response, and how the framework handles a failed commit. */
export interface MountOptions {
  readonly request: NodeRequest
  readonly response: NodeResponse
  /** Whether the client uses HTTPS. @default whether the connection itself is encrypted */
  readonly secure?: boolean
  /**
   * Called once if the commit fails. Nothing of the response has been sent then, and the error's status and headers
   * are on it: the framework's error handling must send a response.
   */
  fail(error: unknown): void
}

/** A session that was mounted. */
export interface MountedSession<Data extends object> {
  readonly session: Session<Data>
  /**
   * Commits now. This is optional, because the response commits anyway: a framework whose middleware ends before the
   * response begins can await it, to handle a failure where it handles other errors. Returns nothing if there is
   * nothing to wait for.
   */
  commit(): Promise<void> | undefined
}

const key = Symbol('mounted sessions')

type RequestWithSessions = NodeRequest & { [key]?: Map<object, Session<object>> }

/**
 * Returns the session that `mountSession` mounted on a request for a manager, or `undefined` if there is none.
 *
 * @example
 * ```ts
 * import { mountSession, sessionOf } from '@sojourn/node'
 *
 * const session =
 *   sessionOf(manager, request) ??
 *   (await mountSession(manager, { request, response, fail: next })).session
 * ```
 */
export function sessionOf<Data extends object>(
  manager: SessionManager<Data>,
  request: RequestWithSessions,
): Session<Data> | undefined {
  return request[key]?.get(manager) as Session<Data> | undefined // each is stored under its own manager
}

/**
 * Loads the session of a request, and commits it before the first byte of the response is sent. For bindings of
 * frameworks on `node:http` and `node:http2`: call it once for each request and manager. `sessionOf` returns the
 * session afterwards.
 *
 * An upgrade counts as sent: its session can be read, and updated if it is saved, and `login` and `rotate` throw
 * `ERR_SESSION_LATE`. The commit when the connection closes reports changes of its data.
 * @throws SessionStoreError if the store fails; its status and headers are on the response then.
 *
 * @example
 * ```ts
 * import { mountSession } from '@sojourn/node'
 *
 * const { session } = await mountSession(manager, { request, response, fail: next })
 * session.data.views = (session.data.views ?? 0) + 1
 * response.end() // sent when the session is saved
 * ```
 */
export async function mountSession<Data extends object>(
  manager: SessionManager<Data>,
  { request, response, secure, fail }: MountOptions,
): Promise<MountedSession<Data>> {
  const carrier = nodeCarrier(request, response, secure === undefined ? {} : { secure })
  try {
    const session = await manager.load(carrier)
    setSession(request, manager, session)
    const commit = () => manager.commit(session, carrier)
    if (hasResponse(request, response)) beforeHeaders(response, { commit, fail })
    else onceClosed(request, response, () => void commit()?.catch(() => undefined)) // core's events have shown it
    return { session, commit }
  } catch (error) {
    if (!carrier.sent) applyErrorHead(asHttp1(response), error)
    throw error
  }
}

function setSession(request: RequestWithSessions, manager: object, session: Session<object>): void {
  request[key] ??= new Map()
  request[key].set(manager, session)
}
