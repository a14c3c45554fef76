import { SessionUsageError } from '../errors.ts'
import { createEvents, type SessionEvents } from '../events.ts'
import {
  type Carrier,
  type HeadersLike,
  type RequestCarrier,
  requestCarrier,
} from '../http/carrier.ts'
import { checkMaxCookies } from '../http/cookie-chunks.ts'
import { createTransports, type TokenInList } from '../http/transports.ts'
import { checkUserId } from '../options/login-options.ts'
import type { SessionOptions } from '../options/options.ts'
import { resolveConfig } from '../options/resolve-config.ts'
import { checkStore, checkSupport } from '../options/store-checks.ts'
import type { EndReason, SessionId } from '../record/record.ts'
import { isId } from '../record/token.ts'
import { commit } from '../session/commit.ts'
import { loadState } from '../session/load.ts'
import { createOperations } from '../session/operations.ts'
import { Session, type SessionData, stateOf } from '../session/session.ts'
import type { ManagerContext, SessionState } from '../session/state.ts'
import { warnOwnProperties } from '../session/warn-own-properties.ts'
import type { SessionInfo } from '../store/session-info.ts'
import type { StoreSupports, StoreUsers } from '../store/store.ts'
import { check } from '../util/check.ts'
import { quote } from '../util/quote.ts'
import { type Watch, watch } from '../watch/watch.ts'
import { createWatchRegistry } from '../watch/watch-registry.ts'

/** Made once for an application; loads a session at the start of each request and commits it at the end. */
export interface SessionManager<Data extends object = SessionData> {
  readonly cookieName: string
  /** The ways in which a request may carry its token, the one for a new visitor first. */
  readonly tokenIn: TokenInList
  /** What the store can keep of the promises. */
  readonly supports: StoreSupports
  /**
   * The session of a request. No token, or one that is not ours, makes a new session without asking the store.
   * @throws SessionStoreError when the store is in trouble: that is never "no session" (P8).
   */
  load(carrier: Carrier): Promise<Session<Data>>
  /**
   * Ends a request: writes what must be written, once, then sets the headers. It must finish before the first byte of
   * the response leaves; called afterwards it only tells of changes that came too late. Nothing is returned where
   * there is nothing to wait for. After a failure, further calls write nothing.
   * @throws SessionStoreError, SessionConflictError, SessionUsageError; the response must then fail, not say 200.
   */
  commit(session: Session<Data>, carrier: Carrier): Promise<void> | undefined
  /** A session to look at, from bare headers: for a WebSocket upgrade, or wherever there is no response. */
  read(headers: HeadersLike): Promise<Session<Data>>
  /**
   * Follows a session for as long as a connection lives, by the headers that began it: the upgrade of a WebSocket.
   * @throws SessionStoreError when the store is in trouble.
   */
  watch(headers: HeadersLike): Promise<Watch<Data>>
  /** A user's live sessions, latest used first. */
  sessions(userId: string): Promise<readonly SessionInfo[]>
  /** Ends one session by its id, wherever it is used; says whether it was alive. */
  revoke(id: SessionId): Promise<boolean>
  /**
   * Ends all sessions of a user, but `except`; answers how many.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for an `except` that is no id, or a user's id that is none.
   */
  revokeAll(userId: string, options?: { readonly except?: SessionId }): Promise<number>
  /** Listens to an event; the returned function stops listening. */
  on<Type extends keyof SessionEvents>(
    type: Type,
    listener: (event: SessionEvents[Type]) => void,
  ): () => void
  /** Resolves when the store answers within its deadline. */
  ping(): Promise<void>
  /** Closes what the store itself opened; never a client that was handed to it. */
  close(): Promise<void>
}

/**
 * Makes the manager of an application.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`, `ERR_SECRET_WEAK`.
 */
export function createSessionManager<Data extends object = SessionData>(
  options: SessionOptions,
): SessionManager<Data> {
  const config = resolveConfig(options)
  const { emit, on } = createEvents(config.warn)
  const { keyring, clock, codec, cookieName, warn } = config
  const store = config.store({ keyring, clock, codec, cookieName, emit, warn, policy: config })
  checkStore(store)
  checkSupport(options, store)
  const warnOnce = onceEach(config.warn)
  const chunks = { cookieName, maxCookies: checkMaxCookies(store.maxCookies ?? 1) }
  const transports = createTransports(config.tokenIn, { writer: config.cookie, chunks })
  const context: ManagerContext = { config, store, transports, codec: store.codec, emit, warnOnce }
  const operations = createOperations(context)
  const registry = createWatchRegistry(on)

  return {
    cookieName: config.cookieName,
    tokenIn: config.tokenIn,
    supports: store.supports,
    load: (carrier) => open(carrier, { isReadOnly: false, isSent: () => carrier.sent }),
    commit(session, carrier) {
      warnOwnProperties(context, session)
      return commit(context, stateOf(session), carrier)
    },
    read: (headers) => open(requestCarrier(headers), { isReadOnly: true, isSent: () => true }),
    watch: (headers) => watch({ context, operations, registry }, headers),
    sessions: async (userId) => users().list(checkUserId(userId, 'sessions')),
    revoke: async (id) => {
      const wasAlive = isId(id) && (await endById(id, 'revoked'))
      if (wasAlive) emit('ended', { id, reason: 'revoked' })
      return wasAlive
    },
    revokeAll: async (userId, { except } = {}) => {
      check(
        except === undefined || isId(except),
        `except is ${quote(except)}`,
        'Give the id of the session to spare, such as session.id, or leave it out',
      )
      const count = await users().endAll(checkUserId(userId, 'revokeAll'), {
        reason: 'revoked',
        ...(except === undefined ? {} : { except }),
      })
      registry.endUser(userId, except)
      return count
    },
    on,
    ping: () => store.ping(),
    close() {
      registry.close()
      return store.close()
    },
  }

  async function open(
    carrier: RequestCarrier,
    use: Pick<SessionState, 'isReadOnly' | 'isSent'>,
  ): Promise<Session<Data>> {
    return new Session<Data>(await loadState(context, carrier, use), operations)
  }

  function users(): StoreUsers {
    if (store.users) return store.users
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'This store keeps no index of users, so it cannot list or revoke their sessions. Use a store whose supports.list is true.',
    )
  }

  function endById(id: SessionId, reason: EndReason): Promise<boolean> {
    if (store.endById) return store.endById(id, reason)
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'This store keeps nothing on the server, so it cannot revoke a session. Give cookieStore() its revocations, or use a store whose supports.revocation is true.',
    )
  }
}

function onceEach(warn: (message: string) => void): (message: string) => void {
  const said = new Set<string>()
  return (message) => {
    if (said.has(message)) return
    said.add(message)
    warn(message)
  }
}
