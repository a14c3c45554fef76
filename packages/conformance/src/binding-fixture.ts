import type { ConfigOptions, Duration, Session, SessionManager } from '@sojourn/core'
import type { AccessOptions, CsrfOptions } from '@sojourn/core/binding'
import type { SessionBackend } from '@sojourn/core/store'
import { type BackendControl, controlledBackend, type Operation } from './backend-control.ts'
import { createJar } from './jar.ts'
import type { Definition } from './suite.ts'
import type { TestData } from './visitor.ts'

/** How a route answers, to be said in the framework's own words. */
export type Answer =
  | { readonly kind: 'json'; readonly body: unknown }
  /** `headers` are set by the application, the Set-Cookie among them appended. */
  | {
      readonly kind: 'text'
      readonly body: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'empty'; readonly status: 204 | 304 }
  /** Several chunks, the first at once. */
  | { readonly kind: 'stream'; readonly chunks: readonly string[] }
  /** Server-sent events, the headers flushed before the first. */
  | { readonly kind: 'events'; readonly events: readonly string[] }
  /** Thrown by the handler; the framework's own error handling answers, with `error.status` where there is one. */
  | { readonly kind: 'error'; readonly error: Error }

/** A guard to be mounted before a route, in the binding's own words. */
export type Guarding =
  | { readonly kind: 'session'; readonly options?: AccessOptions }
  | { readonly kind: 'recent'; readonly duration: Duration; readonly options?: AccessOptions }
  | { readonly kind: 'csrf'; readonly options?: CsrfOptions }

/** A method that the suite asks a route by. */
export type Method = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'PROPFIND'

/** One route, for all methods. */
export interface Route {
  readonly path: string
  /** Stands before the route, where the binding says that it has guards. */
  readonly guard?: Guarding
  /** Awaited before the answer. The sessions are there by the names they are mounted as. */
  act(sessions: Readonly<Record<string, Session<TestData>>>): unknown
  readonly answer: Answer
}

/** One manager, mounted for all routes. */
export interface Mount {
  readonly manager: SessionManager<TestData>
  /** The name of the session on the request; absent for the binding's default. */
  readonly as?: string
}

/** An application to be served by the framework under test. */
export interface BindingApp {
  /** Mounted in this order; the same manager may stand here twice. */
  readonly mounts: readonly Mount[]
  readonly routes: readonly Route[]
  /** Whether the framework is to believe X-Forwarded-Proto. */
  readonly trustProxy: boolean
  /** To be called with an error that reaches the framework's error handling; an application would log it. */
  onError?(error: unknown): void
}

/** A server on this machine. */
export interface Served {
  /** Its origin, such as `http://127.0.0.1:4711`. */
  readonly url: string
  close(): Promise<void>
}

/** What a binding hands to the suite. */
export interface BindingUnderTest {
  /** Serves an application over real HTTP. */
  serve(app: BindingApp): Promise<Served>
  /** `createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options }))`, one secret for all. */
  createManager(
    backend: SessionBackend,
    options: Omit<ConfigOptions, 'store'>,
  ): SessionManager<TestData>
  /** Asks a server, where it speaks what the platform's own `fetch` does not: HTTP/2. @default fetch */
  readonly fetch?: typeof fetch
}

/** What a case is given. */
export interface BindingBench {
  /** Serves routes with one manager, or with the mounts given. */
  serve(routes: readonly Route[], options?: ServeOptions): Promise<Stage>
}

interface ServeOptions {
  readonly options?: Omit<ConfigOptions, 'store'>
  readonly mounts?: (fixture: {
    createManager(options: Omit<ConfigOptions, 'store'>): SessionManager<TestData>
  }) => readonly Mount[]
  readonly trustProxy?: boolean
}

/** A served application, its store in the hand of the case. */
interface Stage {
  /** The origin that is served. */
  readonly url: string
  /** The codes of the errors that reached the framework since the last look. */
  thrown(): readonly unknown[]
  readonly manager: SessionManager<TestData>
  readonly warnings: readonly string[]
  /** The backend that all managers of the application use. */
  readonly control: BackendControl
  /** Returns the backend operations since the last `takeCalls`. */
  takeCalls(): readonly Operation[]
  ask(path: string, init?: AskOptions): Promise<Reply>
}

interface AskOptions {
  readonly method?: Method
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** A form says of itself what it is; of a text, say it in `headers`. */
  readonly body?: string | URLSearchParams | undefined
}

/** A whole response. */
interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly setCookies: readonly string[]
  /** The cookies as the next request sends them. */
  readonly cookie: string
  readonly body: string
}

/** A case of the binding suite. */
export type BindingCase = Definition<BindingBench>

/** The fixture of one case; `closing` collects what is to be closed after it. */
export function createBindingBench(
  binding: BindingUnderTest,
  closing: (() => Promise<void>)[],
): BindingBench {
  return {
    async serve(routes, { options = {}, mounts, trustProxy = false } = {}) {
      const control = controlledBackend()
      const warnings: string[] = []
      const warn = (message: string) => void warnings.push(message)
      const createManager = (own: Omit<ConfigOptions, 'store'>) =>
        binding.createManager(control.backend, { warn, ...options, ...own })
      const made = mounts?.({ createManager }) ?? [{ manager: createManager({}) }]
      const [first] = made
      if (!first) throw new TypeError('A case mounts at least one manager')
      const codes: unknown[] = []
      const onError = (error: unknown) => void codes.push(Object(error).code)
      const served = await binding.serve({ mounts: made, routes, trustProxy, onError })
      closing.push(() => served.close())
      const ask: Stage['ask'] = (path, init = {}) =>
        request(served.url + path, init, binding.fetch ?? fetch)
      const thrown = () => codes.splice(0)
      const { url } = served
      const { takeCalls } = control
      return { control, takeCalls, manager: first.manager, warnings, ask, url, thrown }
    },
  }
}

const formType = 'application/x-www-form-urlencoded'

async function request(
  url: string,
  { method = 'GET', headers: given = {}, signal, body }: AskOptions,
  ask: typeof fetch,
): Promise<Reply> {
  const type = body instanceof URLSearchParams ? { 'content-type': formType } : {}
  const response = await ask(url, {
    method,
    headers: { ...type, ...given },
    redirect: 'manual',
    ...(signal ? { signal } : {}),
    ...(body ? { body: String(body) } : {}),
  })
  const setCookies = response.headers.getSetCookie()
  const jar = createJar()
  jar.take(setCookies)
  return {
    status: response.status,
    headers: response.headers,
    setCookies,
    cookie: jar.header ?? '',
    body: await response.text(),
  }
}
