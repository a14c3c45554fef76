// The manager: one object per application, shared by all requests. What happens to a session during a request, in
// order; nothing flows back:
//
//   carrier   the headers of the request            http/carrier.ts
//   → token   read from the cookie or a header      http/transport.ts
//   → store   verifies and opens the token          store/store.ts; for databases keyed/keyed-store.ts
//   → record  the session as it is stored           record/record.ts
//   → session what the handler reads and changes    session/load/load.ts, session/session.ts
//   → handler its acts, such as login               session/operations/operations.ts
//   → commit  decides, writes                       session/commit/commit.ts
//   → carrier the headers of the response           session/commit/send-headers.ts
//
// This file connects these parts and checks what applications pass in.

import type { DataOf, DataSchema } from '../data/standard-schema.ts'
import { SessionStoreError } from '../errors.ts'
import { createEvents, type SessionEventName, type SessionEvents } from '../events.ts'
import {
  type Carrier,
  type ClientAddress,
  type HeadersLike,
  requestCarrier,
} from '../http/carrier.ts'
import { checkMaxCookies, chunkNames, offerCookieName } from '../http/cookie-chunks.ts'
import { createForeignCookies } from '../http/foreign-cookies.ts'
import { createTransports, type TokenInList } from '../http/transports.ts'
import { trackActivity } from '../inspect/activity.ts'
import {
  type InspectOptions,
  inspectSession,
  type ScanOptions,
  type SessionScan,
  scanSessions,
} from '../inspect/scan.ts'
import { createStats } from '../inspect/stats.ts'
import type { SessionStats, StatsOptions } from '../inspect/stats-options.ts'
import { checkUserId } from '../options/login-options.ts'
import type { SessionOptions, TypedOptions } from '../options/options.ts'
import { resolveConfig } from '../options/resolve-config.ts'
import { checkSupport, createStore } from '../options/store-checks.ts'
import type { SessionId } from '../record/record.ts'
import { createSessionIds, type SessionIds } from '../record/session-ids.ts'
import { type CommitOptions, commit } from '../session/commit/commit.ts'
import { deletedUserError } from '../session/load/deleted-user.ts'
import { loadSession } from '../session/load/load.ts'
import { endAll, usersOf } from '../session/operations/end-all.ts'
import { createOperations } from '../session/operations/operations.ts'
import { type RevokeOptions, revoke, revokeEverybody } from '../session/operations/revoke.ts'
import { type Session, type SessionData, stateOf } from '../session/session.ts'
import type { ManagerContext } from '../session/state.ts'
import { warnOwnProperties } from '../session/warn-own-properties.ts'
import type { ListedSession, SessionInfo } from '../store/session-info.ts'
import type { StoreSupports } from '../store/store.ts'
import { createTracing, type SessionTracer } from '../tracing.ts'
import { type Awaitable, rejectThrown } from '../util/and-then.ts'
import { check } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { quote } from '../util/quote.ts'
import { type Watch, watch } from '../watch/watch.ts'
import { createWatchRegistry } from '../watch/watch-registry.ts'
import { type AnswerRoute, createDeviceRoutes } from './device-routes.ts'
import { createErrorReport } from './error-report.ts'
import { createRollReport } from './roll-report.ts'

/**
 * Loads a session at the start of each request and commits it at the end. Made once for an application, by
 * `createSessionManager`. Applications mount it with a binding, which calls `load` and `commit`; they call the other
 * methods themselves.
 */
export interface SessionManager<Data extends object = SessionData> {
  /** The name of the cookie, `'__Host-sid'` by default. */
  readonly cookieName: string
  /** All cookies that may be set: `cookieName`, `sid.next` for an offer, `sid.bound` with `deviceBound`, for a store with long tokens `sid.1`, `sid.2`. */
  readonly cookieNames: readonly string[]
  /** Where a request may carry its token, as configured; the first is used for a visitor who has no token yet. */
  readonly tokenIn: TokenInList
  /** What the store can do. Options that need more are refused by `createSessionManager`. */
  readonly supports: StoreSupports
  /**
   * The names of the parts of the option `fingerprint`; empty without it. With `'ip'` or `'ip/24'` a carrier needs the
   * address of its client.
   */
  readonly fingerprint: readonly string[]
  /**
   * Loads the session of a request. For bindings. A request without a token, or with one that this application has not
   * made, gets a new session without a call to the store. Returns the session itself if there is nothing to wait for: a store in
   * memory or in the cookie makes no request wait.
   * @throws SessionStoreError if the store fails and `onStoreError` is `'fail'`: a failure is never "no session" (P8).
   * @example
   * const session = await manager.load(carrier)
   */
  load(carrier: Carrier): Awaitable<Session<Data>>
  /**
   * Ends a request: decides what to write, writes it, and sets the response headers. For bindings. It must finish
   * before the first byte of the response is sent. Called later, it only reports changes that came too late, by the
   * event `discarded`. A second call writes only what changed since the first; after a failure, further calls write
   * nothing.
   *
   * Returns `undefined` if there is nothing to wait for, so that the response need not be held.
   * @param options `cookieless`: true if no cookie can be sent although no headers have been, because the response is made
   *   out of the binding's reach: the binding throws on what a handler has thrown. Changes of a saved session are saved
   *   then; what needs a cookie (a new session, `rotate()`) is discarded with an event. @default false
   * @throws SessionConflictError `ERR_SESSION_SUPERSEDED` if another request elevated the session meanwhile,
   *   `ERR_SESSION_CONFLICT` if other requests kept writing; nothing was written.
   * @throws SessionUsageError `ERR_SESSION_NOT_ENCODABLE`, `ERR_SESSION_TOO_LARGE`; nothing was written.
   * @throws SessionStoreError if the store fails. Whatever is thrown, the response must fail with its `status`: the
   *   changes of the request were not saved.
   * @example
   * await manager.commit(session, carrier)
   */
  commit(
    session: Session<Data>,
    carrier: Carrier,
    options?: CommitOptions,
  ): Promise<void> | undefined
  /**
   * Answers a request that a browser makes by itself, to register or prove the key of a session; `undefined` without the option
   * `deviceBound`. For bindings: `sessions(manager)` asks before it loads a session, and sends what the promise resolves to as it is.
   * Returns `undefined` for a request of the application. A failure of the store is a response too, with the status 503.
   *
   * A link on another site may be answered too, by a page that loads the same address again: browsers prove nothing before they
   * follow one. The promise resolves to `undefined` if that is not needed; the request is then one of the application.
   * @example
   * const { pathname, search } = new URL(request.url)
   * const answer = await manager.route?.({ method: request.method, path: pathname + search }, carrier)
   * if (answer) return respond(answer)
   */
  readonly route: AnswerRoute | undefined
  /** The paths that `route` answers; empty without the option `deviceBound`. Two managers of one request share none. */
  readonly devicePaths: readonly string[]
  /**
   * Warns of an error that was responded to without a log. For bindings whose framework, or whose own default
   * handler, responds to errors of Sojourn in silence; the manager itself reports failures of the store. It names the cause
   * for operators (`detail`), once per cause with `development`; without it only errors of status 500 and above, once per
   * code. The event `failed` has every failure. Other errors are ignored.
   * @example
   * manager.reportError(error)
   */
  reportError(error: unknown): void
  /**
   * Loads a session to read only, from bare request headers: for the upgrade of a WebSocket, or where there is no
   * response. It does not count as use: nothing is touched, and no token rotates.
   * @param headers Fetch's `Headers`, or an object with lower-case names such as `request.headers` of `node:http`. With the
   *   option `fingerprint` give all of them, not the cookie alone.
   * @param from `ip`: the address of the client, for a `fingerprint` that compares it.
   * @throws SessionStoreError if the store fails and `onStoreError` is `'fail'`.
   * @example
   * const { userId } = await manager.read(request.headers)
   */
  read(headers: HeadersLike, from?: ClientAddress): Promise<Session<Data>>
  /**
   * Watches a session for as long as a connection lives, such as a WebSocket.
   * @param headers those of the request that began the connection, as for `read`.
   * @param from as for `read`.
   * @throws SessionStoreError if the store fails, whatever `onStoreError` is.
   * @example
   * const watch = await manager.watch(request.headers)
   * watch.ended.then((why) => socket.close(4401, why))
   * socket.on('message', () => watch.keepAlive().catch(console.error))
   * socket.on('close', () => watch.close())
   */
  watch(headers: HeadersLike, from?: ClientAddress): Promise<Watch<Data>>
  /**
   * Returns the live sessions of a user, the most recently used first; for a list of devices (ASVS 7.5.2). Nothing in
   * it works as a credential.
   * @param options `current`: the id of the session that is marked by `isCurrent`, usually that of the request.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for a wrong user id or `current`, or if `supports.list` is false.
   * @throws SessionStoreError if the store fails.
   * @example
   * const devices = await manager.sessions(session.requireUser(), { current: session.id })
   * for (const { id, client, lastSeenAt, isCurrent } of devices)
   *   console.info(id, client.name, new Date(lastSeenAt), isCurrent ? 'this device' : '')
   */
  sessions(
    userId: string,
    options?: { readonly current?: SessionId },
  ): Promise<readonly ListedSession[]>
  /**
   * Ends one session by its id, wherever it is used. Returns true if it was alive. An id that no manager of this
   * `namespace` made is false, without a call to the store.
   * @param options `userId`: ends the session only if it is this user's, and returns false otherwise. Give it whenever the
   *   id comes from a client.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` if `supports.revocation` is false: the server stores nothing. Also for
   *   a `userId` that is there and no user id, such as that of a visitor who is not logged in.
   * @throws SessionStoreError if the store fails.
   * @example
   * const wasAlive = await manager.revoke(req.params.id, { userId: req.session.requireUser() })
   */
  revoke(id: SessionId, options?: RevokeOptions): Promise<boolean>
  /**
   * Ends all sessions of a user, for example after a change of password (ASVS 7.4.2, 7.4.3), and emits `ended` for each.
   * Returns how many it ended. If it fails, it may have ended some of them; call it again.
   *
   * A request that is running keeps what it has loaded, its `userId` and its cookie too. So to log out the user who makes
   * the request, call `session.destroyAll()`.
   * @param options `except`: the id of a session to spare, usually the current one.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for a wrong user id or `except`, or if `supports.list` is false.
   * @throws SessionStoreError if the store fails.
   * @example
   * await manager.revokeAll(session.requireOwn(), { except: session.id })
   */
  revokeAll(userId: string, options?: { readonly except?: SessionId }): Promise<number>
  /**
   * Ends all sessions of this `namespace` at once, of users and visitors, as after an intrusion (ASVS 7.4.5). On this server
   * none opens from the beginning; when it resolves, none opens on any server. It takes as long as the store has sessions.
   * For sealed sessions, other servers follow within a second. Watches end with their next poll. Emits `everybodyRevoked`, and
   * no `ended` for each session.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` if `supports.revocation` is false, or the backend cannot `scan`.
   * @throws SessionStoreError if the store fails; some sessions may not have ended. Call it again.
   * @example
   * await manager.revokeEverybody()
   */
  revokeEverybody(): Promise<void>
  /**
   * Returns all live sessions of this `namespace`, of users and visitors, for operators. They come in any order while the
   * store is read; neither the store nor this process is blocked. A session that is created or ended meanwhile may be missing.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` if `supports.scan` is false, as of sessions that are sealed in cookies.
   * @throws SessionStoreError if the store fails, during the iteration.
   * @example
   * for await (const { id, userId, lastSeenAt } of manager.scan())
   *   console.info(id, userId, new Date(lastSeenAt))
   */
  scan<Item = SessionInfo>(options?: ScanOptions<Data, Item>): SessionScan<Item>
  /**
   * Returns one live session of any user by its id, for operators; `undefined` if it is not alive, cannot be decoded, or is
   * not of this `namespace`. It does not count as use.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` if `supports.scan` is false.
   * @throws SessionStoreError if the store fails.
   * @example
   * const cart = await manager.inspect(id, { select: ({ data }) => data.cart })
   */
  inspect<Item = SessionInfo>(
    id: SessionId,
    options?: InspectOptions<Data, Item>,
  ): Promise<Item | undefined>
  /**
   * Counts sessions and users, for operators: by a scan of all sessions, which callers share and whose summary is kept for
   * `maxAge`. It takes about 32 bytes of memory per user while it runs.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` if `supports.scan` is false, or for wrong options.
   * @throws SessionStoreError if the store fails.
   * @example
   * const { sessions, users, by } = await manager.stats({
   *   by: { role: ({ data }) => data.role, browser: ({ client }) => client.browser },
   * })
   * console.info(`${sessions} sessions of ${users} users`, by.role.counts)
   */
  stats<Name extends string = never>(
    options?: StatsOptions<Data, Name>,
  ): Promise<SessionStats<Name>>
  /**
   * Adds a listener for an event of `SessionEvents`; it is called synchronously. An error of the listener goes to the
   * option `warn` and harms no request. Returns a function that removes the listener.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for a name that no event has, or a listener that is no function.
   * @example
   * const stop = manager.on('ended', ({ id, reason }) => console.info('session ended', id, reason))
   */
  on<Type extends SessionEventName>(
    type: Type,
    listener: (event: SessionEvents[Type]) => unknown,
  ): () => void
  /**
   * Adds a tracer: a function that is called around each operation of a session and of its database, such as to make spans
   * or to measure how long they take. Returns a function that removes it. `@sojourn/otel` is one.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for what is no function.
   * @example
   * manager.trace((operation, run) => {
   *   const startedAt = performance.now()
   *   const report = () => console.info(operation, performance.now() - startedAt, 'ms')
   *   run().then(report, report)
   * })
   */
  trace(tracer: SessionTracer): () => void
  /**
   * Resolves if the store responds within `storeTimeout`; for a health check.
   * @throws SessionStoreError if it does not.
   * @example
   * await manager.ping()
   */
  ping(): Promise<void>
  /**
   * Ends all watches and closes what the store itself opened, never a client that was passed to it.
   * @example
   * process.once('SIGTERM', () => manager.close())
   */
  close(): Promise<void>
}

/**
 * Creates the manager of an application. All options are checked here, before the first request.
 *
 * With the option `schema`, the type of `session.data` is the output of the schema; see `DataOf`. Otherwise it is the type
 * parameter, by default the interface `SessionData`, to which an application adds its keys.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, `ERR_SECRET_WEAK`. The message names the option and what to give.
 * @example
 * import { createSessionManager, defaultConfig } from '@sojourn/core'
 * import { memoryStore } from '@sojourn/store-memory'
 *
 * const secret = process.env.SESSION_SECRET ?? '' // 32 random bytes: openssl rand -base64 32
 * const manager = createSessionManager(defaultConfig(secret, { store: memoryStore() }))
 */
export function createSessionManager<Schema extends DataSchema>(
  options: TypedOptions<Schema>,
): SessionManager<DataOf<Schema>>
export function createSessionManager<Data extends object = SessionData>(
  options: SessionOptions,
): SessionManager<Data>
export function createSessionManager<Data extends object>(
  options: SessionOptions,
): SessionManager<Data> {
  const config = resolveConfig(options)
  const { emit, on, heard } = createEvents(config.warn)
  const { tracing, trace } = createTracing(config.warn)
  const { keyring, clock, codec, cookieName, warn } = config
  const ids = createSessionIds(keyring)
  const env = { keyring, ids, clock, codec, cookieName, emit, tracing, warn, policy: config }
  const store = createStore(config.store, env)
  checkSupport(options, store, config.fingerprint?.onMismatch)
  const warnOnce = createWarnOnce(config.warn)
  const chunks = { cookieName, maxCookies: checkMaxCookies(store.maxCookies ?? 1) }
  const transports = createTransports(config.tokenIn, { writer: config.cookie, chunks })
  const boundNames = config.deviceBound ? [config.deviceBound.cookies.name] : []
  const cookieNames = [...chunkNames(chunks), offerCookieName(chunks.cookieName), ...boundNames]
  const foreignCookies =
    store.foreignCookies && createForeignCookies(store.foreignCookies, cookieNames)
  const headers = transports.map(({ header }) => header)
  const tokenHeaders = foreignCookies ? [...new Set([...headers, 'Cookie'])] : headers
  const context: ManagerContext = {
    config,
    store,
    transports,
    foreignCookies,
    tokenHeaders: Object.freeze(tokenHeaders), // bindings get the list
    codec: store.codec,
    ids,
    emit,
    heard,
    tracing,
    warnOnce,
  }
  const mount = { context, operations: createOperations(context) }
  const registry = createWatchRegistry(on, ids)
  const stopExpiry = store.onExpired?.((id) => {
    if (heard.expired && ids.isOwn(id)) emit('expired', { id })
  })
  const reportError = createErrorReport(config)
  const stopRoll = config.rollingSecret?.subscribe(createRollReport(context))
  const closed = new AbortController()
  on('failed', ({ error }) => {
    if (error instanceof SessionStoreError) reportError(error) // others are logged where they are handled
  })

  return {
    cookieName,
    cookieNames,
    tokenIn: config.tokenIn,
    supports: store.supports,
    fingerprint: config.fingerprint?.names ?? [],
    load: (carrier) => rejectThrown(() => loadSession(mount, carrier, carrier)),
    commit(session, carrier, options) {
      const state = stateOf(session)
      warnOwnProperties(context, session)
      const error = config.development ? deletedUserError(session) : undefined
      if (error === undefined) return commit(context, state, carrier, options)
      state.hasFailed = true
      return Promise.reject(error)
    },
    route: createDeviceRoutes(context),
    devicePaths: config.deviceBound?.protocol.paths ?? [],
    reportError,
    read: async (headers, from) => loadSession(mount, requestCarrier(headers, from)),
    watch: (headers, from) => watch({ ...mount, registry }, requestCarrier(headers, from)),
    sessions: async (userId, options = {}) => {
      const { current } = checkOptions(options, { current: true }, 'sessions()')
      checkOwnId(ids, 'current', current)
      const listed = await usersOf(store).list(checkUserId(userId, 'sessions'))
      return listed.map((info) => ({ ...info, isCurrent: info.id === current }))
    },
    revoke: (id, options) => revoke(context, id, options),
    revokeEverybody: () => revokeEverybody(context),
    revokeAll: async (userId, options = {}) => {
      const { except } = checkOptions(options, { except: true }, 'revokeAll()')
      checkOwnId(ids, 'except', except)
      return endAll(context, checkUserId(userId, 'revokeAll'), except)
    },
    scan: (options) => scanSessions(context, options),
    inspect: (id, options) => inspectSession(context, id, options),
    stats: createStats(context, trackActivity(on, clock), closed.signal),
    on,
    trace,
    ping: () => store.ping(),
    close() {
      registry.close()
      stopExpiry?.()
      stopRoll?.()
      closed.abort()
      return store.close()
    },
  }
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for an option that is there and no id of this application. */
function checkOwnId(ids: SessionIds, name: string, id: unknown): void {
  check(
    id === undefined || ids.isOwn(id),
    `${name} is ${typeof id === 'string' ? 'a text' : quote(id)}, not the id of a session of this application`,
    'Give the id of a session, such as session.id, or leave it out',
  )
}

/** Returns a `warn` that passes each message on once. */
function createWarnOnce(warn: (message: string) => void): (message: string) => void {
  const warned = new Set<string>()
  return (message) => {
    if (warned.has(message)) return
    warned.add(message)
    warn(message)
  }
}
