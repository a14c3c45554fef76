import type { ConfigOptions, Duration, Session, SessionManager } from '@sojourn/core'
import type {
  BoundGuardOptions,
  CsrfOptions,
  RecentGuardOptions,
  SessionGuardOptions,
} from '@sojourn/core/binding'
import type { SessionBackend } from '@sojourn/core/store'
import type { TestData } from './visitor.ts'

/** The response that a route sends, by the framework's own means. */
export type ResponseSpec =
  | { readonly kind: 'json'; readonly body: unknown }
  /** `headers` are set by the application; a Set-Cookie line is appended. */
  | {
      readonly kind: 'text'
      readonly body: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'empty'; readonly status: 204 | 304 }
  /** Several chunks, the first at once. */
  | { readonly kind: 'stream'; readonly chunks: readonly string[] }
  /** Server-sent events; the headers are flushed before the first. */
  | { readonly kind: 'events'; readonly events: readonly string[] }
  /** An error that the route throws. The framework's error handling responds, with `error.status` if there is one. */
  | { readonly kind: 'error'; readonly error: Error }

/** A guard of the binding, to be mounted before a route. */
export type GuardSpec =
  | { readonly kind: 'session'; readonly options?: SessionGuardOptions }
  | { readonly kind: 'recent'; readonly duration: Duration; readonly options?: RecentGuardOptions }
  | { readonly kind: 'bound'; readonly options?: BoundGuardOptions }
  | { readonly kind: 'csrf'; readonly options?: CsrfOptions }

/** What a route puts in place of its session, as other libraries log out: null, undefined, `{}`, or nothing at all. */
export type Replacement = 'null' | 'undefined' | 'object' | 'delete'

/** One route, for all methods. */
export interface Route {
  readonly path: string
  /** Mounted before the route, if the binding has guards. */
  readonly guard?: GuardSpec
  /** Awaited before the response. `sessions` holds each session by the name that its manager is mounted as. */
  handle(sessions: Readonly<Record<string, Session<TestData>>>): unknown
  /** How the route replaces `session` after `handle`, in the framework's own way: see `replaceSession`. */
  readonly replace?: Replacement
  readonly response: ResponseSpec
}

/** One manager, mounted for all routes. */
export interface Mount {
  readonly manager: SessionManager<TestData>
  /** The name of the session on the request. @default the binding's default */
  readonly as?: string
  /** The binding's option `passive`, to be called with the path of a request. Only used if the binding offers `passive`. */
  readonly isPassive?: (path: string) => boolean
}

/** An application to be served by the framework under test. */
export interface BindingApp {
  /** Mounted in this order. The same manager may occur twice. */
  readonly mounts: readonly Mount[]
  readonly routes: readonly Route[]
  /** Whether the framework trusts X-Forwarded-Proto. */
  readonly trustProxy: boolean
  /** Must be called with each error that reaches the framework's error handling, where an application would log it. */
  onError?(error: unknown): void
}

/** A server on this machine. */
export interface Served {
  /** Its origin, such as `http://127.0.0.1:4711`. */
  readonly url: string
  close(): Promise<void>
}

/** The functions by which the suite uses a binding. */
export interface BindingUnderTest {
  /** Serves an application over real HTTP. */
  serve(app: BindingApp): Promise<Served>
  /**
   * Returns `createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options }))`.
   * All managers have the same secret.
   */
  createManager(
    backend: SessionBackend,
    options: Omit<ConfigOptions, 'store'>,
  ): SessionManager<TestData>
  /** Makes requests to servers whose protocol the platform's `fetch` lacks, such as HTTP/2. @default fetch */
  readonly fetch?: typeof fetch
}
