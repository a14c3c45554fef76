import type { Session, SessionManager } from '@sojourn/core'
import { checkManagers, type SessionProperty } from '@sojourn/core/binding'
import { checkOptions } from '@sojourn/core/store'
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
  /** The name of the session on the request, if it has one. Two managers must not have the same. */
  readonly as?: string
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

/** What is mounted on a request for one manager. */
interface Mounted {
  readonly manager: SessionManager
  readonly as: string | undefined
  /** Absent while it is loaded. */
  session?: Session<object>
  /** Checks, before each commit, that the application still has the session where it was exposed. */
  readonly checks: (() => void)[]
}

/** The same symbol for every copy of this package in a process, so that they share the sessions of a request. */
const key: unique symbol = Symbol.for('sojourn.node.mounted/1')

type RequestWithSessions = NodeRequest & { [key]?: Map<object, Mounted> }

const known = { request: true, response: true, secure: true, as: true, fail: true } as const

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
  return request[key]?.get(manager)?.session as Session<Data> | undefined // stored under its own manager
}

/**
 * Loads the session of a request, and commits it before the first byte of the response is sent. For bindings of
 * frameworks on `node:http` and `node:http2`: call it once for each request and manager. `sessionOf` returns the
 * session afterwards.
 *
 * An upgrade counts as sent: its session can be read, and updated if it is saved, and `login` and `rotate` throw
 * `ERR_SESSION_LATE`. The commit when the connection closes reports changes of its data.
 * @throws SessionStoreError if the store fails; its status and headers are on the response then.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if another manager of the request uses the same name, cookie or header.
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
  options: MountOptions,
): Promise<MountedSession<Data>> {
  const { request, response, secure, fail, as } = checkOptions(options, known, 'mountSession()')
  const carrier = nodeCarrier(request, response, secure === undefined ? {} : { secure })
  try {
    const mounted = addMounted(request, manager as SessionManager, as)
    const session = await manager.load(carrier)
    mounted.session = session
    const commit = () => runChecks(mounted) ?? manager.commit(session, carrier)
    if (hasResponse(request, response)) beforeHeaders(response, { commit, fail })
    else onceClosed(request, response, () => void commit()?.catch(() => undefined)) // core's events have shown it
    return { session, commit }
  } catch (error) {
    if (!carrier.sent) applyErrorHead(asHttp1(response), error)
    throw error
  }
}

/**
 * Lets the application find a mounted session as `target[as]`; `target` is the request, or what the framework passes to
 * handlers in its place. Assigning something to the property throws, and deleting it fails the commit.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `target` has something else under the name.
 *
 * @example
 * ```ts
 * import { createSessionProperty } from '@sojourn/core/binding'
 * import { exposeSession, sessionOf } from '@sojourn/node'
 *
 * const property = createSessionProperty('session', (context: Context) =>
 *   sessionOf(manager, context.request),
 * )
 * exposeSession(manager, { request: context.request, target: context, property })
 * ```
 */
export function exposeSession<Data extends object, Target extends object>(
  manager: SessionManager<Data>,
  { request, target, property }: Exposure<Target>,
): void {
  property.define(target)
  const { [key]: mounted }: RequestWithSessions = request
  mounted?.get(manager)?.checks.push(() => property.check(target))
}

/** Where an application finds a session. */
export interface Exposure<Target extends object> {
  readonly request: NodeRequest
  readonly target: Target
  readonly property: SessionProperty<Target>
}

/** Adds a manager to those of a request. */
function addMounted(
  request: RequestWithSessions,
  manager: SessionManager,
  as: string | undefined,
): Mounted {
  const mounted: Mounted = { manager, as, checks: [] }
  request[key] ??= new Map()
  const all = request[key].set(manager, mounted)
  if (all.size > 1) checkManagers([...all.values()])
  return mounted
}

/**
 * Returns a rejection if the application no longer has the session. Only once: the response to this error must not fail
 * again. The caller then commits, as after any failed commit.
 */
function runChecks({ checks }: Mounted): Promise<never> | undefined {
  try {
    for (const check of checks) check()
    return undefined
  } catch (error) {
    checks.length = 0
    return Promise.reject(error)
  }
}
