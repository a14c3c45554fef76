import type { ConfigOptions, SessionManager } from '@sojourn/core'
import { type BackendControl, controlledBackend } from './backend-control.ts'
import type { BindingUnderTest, Mount, Route } from './binding-app.ts'
import { fetchLines, type HeaderLines, joinLines } from './fetch-lines.ts'
import type { Operation } from './intercept-operations.ts'
import { createJar } from './jar.ts'
import type { CaseDefinition } from './suite.ts'
import type { TestData } from './visitor.ts'

/** A case of the binding suite. */
export type BindingCase = CaseDefinition<BindingFixture>

/** What each case of the binding suite gets. */
export interface BindingFixture {
  /** Serves routes with one manager, or with the given mounts. */
  serve(routes: readonly Route[], options?: ServeOptions): Promise<ServedApp>
}

/** The methods of the suite's requests. */
export type Method = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'PROPFIND'

type ManagerOptions = Omit<ConfigOptions, 'store'>

interface ServeOptions {
  readonly options?: ManagerOptions
  readonly mounts?: (fixture: {
    createManager(options: ManagerOptions): SessionManager<TestData>
  }) => readonly Mount[]
  readonly trustProxy?: boolean
}

/** A served application, whose store the case controls. */
interface ServedApp {
  /** The server's origin. */
  readonly url: string
  /** The manager of the first mount. */
  readonly manager: SessionManager<TestData>
  readonly warnings: readonly string[]
  /** Controls the backend of all managers. */
  readonly control: BackendControl
  /** Returns the backend operations since the last `takeCalls`. */
  takeCalls(): readonly Operation[]
  /** Returns the codes of the errors that reached the framework since the last `takeErrorCodes`. */
  takeErrorCodes(): readonly unknown[]
  request(path: string, init?: RequestOptions): Promise<Reply>
}

interface RequestOptions {
  readonly method?: Method
  /** A list is sent in several lines if the request is a GET over HTTP/1.1, else in one. */
  readonly headers?: HeaderLines
  readonly signal?: AbortSignal | undefined
  /** URLSearchParams are sent as a form; for a string, set the content type in `headers`. */
  readonly body?: string | URLSearchParams | undefined
}

/** A whole response. */
interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly setCookies: readonly string[]
  /** The Cookie header of the next request. */
  readonly cookie: string
  readonly body: string
}

/** Returns the fixture of one case. Adds to `closing` what must be closed after it. */
export function createBindingFixture(
  binding: BindingUnderTest,
  closing: (() => Promise<void>)[],
): BindingFixture {
  return {
    async serve(routes, { options = {}, mounts, trustProxy = false } = {}) {
      const control = controlledBackend()
      const warnings: string[] = []
      const warn = (message: string) => void warnings.push(message)
      const createManager = (own: ManagerOptions) =>
        binding.createManager(control.backend, { warn, ...options, ...own })
      const mounted = mounts?.({ createManager }) ?? [{ manager: createManager({}) }]
      const [first] = mounted
      if (!first) throw new TypeError('A case mounts at least one manager')
      const errorCodes: unknown[] = []
      const onError = (error: unknown) => void errorCodes.push(Object(error).code)
      const served = await binding.serve({ mounts: mounted, routes, trustProxy, onError })
      closing.push(() => served.close())
      return {
        url: served.url,
        manager: first.manager,
        warnings,
        control,
        takeCalls: control.takeCalls,
        takeErrorCodes: () => errorCodes.splice(0),
        request: (path, init = {}) => send(served.url + path, init, binding.fetch ?? fetch),
      }
    },
  }
}

const formType = 'application/x-www-form-urlencoded'

async function send(
  url: string,
  { method = 'GET', headers = {}, signal, body }: RequestOptions,
  fetchIt: typeof fetch,
): Promise<Reply> {
  const type = body instanceof URLSearchParams ? { 'content-type': formType } : {}
  const hasLines = Object.values(headers).some((value) => typeof value !== 'string')
  const response =
    hasLines && fetchIt === fetch
      ? await fetchLines(url, headers)
      : await fetchIt(url, {
          method,
          headers: { ...type, ...joinLines(headers) },
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
