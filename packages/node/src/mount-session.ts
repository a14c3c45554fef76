import type { Session, SessionManager } from '@sojourn/core'
import { type Carrier, checkManagers, type SessionProperty } from '@sojourn/core/binding'
import { type Awaitable, andThen, checkOptions, orElse, rejectThrown } from '@sojourn/core/store'
import { NodeCarrier } from './carrier.ts'
import type { BeforeHeaders } from './commits.ts'
import { applyForNow } from './head.ts'
import { beforeHeaders } from './held-response.ts'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'
import { hasResponse, onceClosed } from './upgrade.ts'

/** A request and its response, and how the framework handles a failed commit. */
export interface MountOptions {
  readonly request: NodeRequest
  readonly response: NodeResponse
  /** Whether the client uses HTTPS. @default whether the connection itself is encrypted */
  readonly secure?: boolean | undefined
  /** The address of the client, for the option `fingerprint`. @default that of the connection */
  readonly ip?: string | undefined
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

/** What is mounted on a request for one manager, and what commits it before the response. */
class Mounted implements BeforeHeaders {
  readonly manager: SessionManager
  readonly as: string | undefined
  /** Absent while it is loaded. */
  session: Session | undefined = undefined
  /** Where the application must still have the session at each commit. */
  readonly exposures: Exposure<never>[] = []
  readonly #carrier: Carrier
  readonly #fail: (error: unknown) => void

  constructor(manager: SessionManager, carrier: Carrier, options: MountOptions) {
    this.manager = manager
    this.as = options.as
    this.#carrier = carrier
    this.#fail = options.fail
  }

  load(): Awaitable<void> {
    return andThen(this.manager.load(this.#carrier), (session) => {
      this.session = session
    })
  }

  commit(): Promise<void> | undefined {
    const { session } = this
    return session && (this.#check() ?? this.manager.commit(session, this.#carrier))
  }

  fail(error: unknown): void {
    this.#fail(error)
  }

  /**
   * Returns a rejection if the application no longer has the session. Only once: the response to this error must not fail
   * again. The caller then commits, as after any failed commit.
   */
  #check(): Promise<never> | undefined {
    try {
      for (const { property, target } of this.exposures) property.check(target)
      return undefined
    } catch (error) {
      this.exposures.length = 0
      return Promise.reject(error)
    }
  }
}

/** The same symbol for every copy of this package in a process, so that they share the sessions of a request. */
const key: unique symbol = Symbol.for('sojourn.node.mounted/1')

type RequestWithSessions = NodeRequest & { [key]?: Mounted[] }

function mountedFor(manager: object, request: RequestWithSessions): Mounted | undefined {
  return request[key]?.find((mounted) => mounted.manager === manager)
}

const known = {
  request: true,
  response: true,
  secure: true,
  ip: true,
  as: true,
  fail: true,
} as const

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
  return mountedFor(manager, request)?.session as Session<Data> | undefined // stored under its own manager
}

/**
 * Loads the session of a request, and commits it before the first byte of the response is sent. For bindings of
 * frameworks on `node:http` and `node:http2`: call it once for each request and manager. `sessionOf` returns the
 * session afterwards. Returns a promise only if there is something to wait for.
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
export function mountSession<Data extends object>(
  manager: SessionManager<Data>,
  options: MountOptions,
): Awaitable<MountedSession<Data>> {
  return rejectThrown(() => {
    const checked = checkOptions(options, known, 'mountSession()')
    return andThen(mount(manager as SessionManager, checked), (mounted) => ({
      session: mounted.session as Session<Data>,
      commit: () => mounted.commit(),
    }))
  })
}

/** Does the work of `mountSession`, for the handler of this package. */
export function mount(manager: SessionManager, options: MountOptions): Awaitable<Mounted> {
  const { request, response } = options
  const carrier = new NodeCarrier(request, response, options)
  if (manager.fingerprint.length > 0) void carrier.ip // a socket remembers its address if it was asked in time
  const mounting = rejectThrown(() => {
    const mounted = new Mounted(manager, carrier, options)
    const isFirst = addMounted(request, mounted)
    return andThen(mounted.load(), () => {
      if (!isFirst) takeErrorsBack(response)
      if (hasResponse(request, response)) beforeHeaders(response, mounted)
      else onceClosed(request, response, () => void mounted.commit()?.catch(() => undefined)) // core's events have shown it
      return mounted
    })
  })
  return orElse(mounting, (error) => {
    if (!carrier.sent) noteError(response, applyForNow(asHttp1(response), error))
    throw error
  })
}

/** How to take the heads of mounts that failed off a response. */
const failed = new WeakMap<NodeResponse, readonly (() => void)[]>()

function noteError(response: NodeResponse, takeBack: () => void): void {
  failed.set(response, [takeBack, ...(failed.get(response) ?? [])])
}

/**
 * Takes the status and the headers of mounts that failed off a response. Another mount comes after one of them only if the
 * application has handled the error, and goes on.
 */
function takeErrorsBack(response: NodeResponse): void {
  for (const takeBack of failed.get(response) ?? []) takeBack()
  failed.delete(response)
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
  exposure: Exposure<Target>,
): void {
  exposure.property.define(exposure.target)
  mountedFor(manager, exposure.request)?.exposures.push(exposure as Exposure<never>)
}

/** Where an application finds a session. */
export interface Exposure<Target extends object> {
  readonly request: NodeRequest
  readonly target: Target
  readonly property: SessionProperty<Target>
}

/** Adds a manager to those of a request. Returns whether it is the first that is mounted there, with success or without. */
function addMounted(request: RequestWithSessions, mounted: Mounted): boolean {
  const earlier = request[key]
  const others = earlier?.filter(({ manager }) => manager !== mounted.manager) ?? []
  request[key] = [...others, mounted]
  if (others.length > 0) checkManagers(request[key])
  return earlier === undefined
}
