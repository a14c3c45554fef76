import {
  type KeyOf,
  type SessionId,
  type SessionManager,
  SessionUsageError,
  type StoredSession,
} from '@sojourn/core'
import { type CsrfGuard, checkMount, createGuards } from '@sojourn/core/binding'

/**
 * Who is asking: the name of the operator, which the page shows and `audit` gets, or `true`. Anything that is false (`false`,
 * `''`, `undefined`, `null`) is a stranger, who gets 404. A `Response` is sent as it is, such as a redirect to the login.
 */
export type Authorized = string | boolean | null | undefined | Response

/** What an operator has done. */
export type AdminAction = { readonly operator: string | undefined } & (
  | { readonly action: 'view-data'; readonly id: SessionId }
  | { readonly action: 'revoke'; readonly id: SessionId; readonly wasAlive: boolean }
  | { readonly action: 'revoke-user'; readonly userId: string; readonly ended: number }
  | { readonly action: 'revoke-everybody' }
)

/** Options of `adminPage`. */
export interface AdminOptions<Data extends object = object> {
  /**
   * Decides for each request whether it may use the page. It gets the request as the page does; it must not read the body.
   * There is no default: everybody could end all sessions.
   * @example
   * const authorize = async (request: Request) => {
   *   const { userId } = await manager.read(request.headers)
   *   return userId !== undefined && (await isAdmin(userId)) && userId
   * }
   */
  readonly authorize: (request: Request) => Authorized | Promise<Authorized>
  /**
   * What operators see of the data of a session. `true`: all of it. A function returns what they see.
   * @default false: nothing
   */
  readonly showData?: boolean | ((session: StoredSession<Data>) => unknown)
  /**
   * What to count sessions by, a function for each name, as for `manager.stats`. Each becomes a chart.
   * @default nothing
   */
  readonly by?: Readonly<Record<string, KeyOf<Data>>>
  /** The title of the page. @default 'Sessions' */
  readonly title?: string
  /**
   * Called after an operator has ended sessions or seen data, for the log of an audit. Nothing is shown before a promise that
   * it returns has settled. An error of it goes to `onError`; what was done stays done.
   * @default not called; the manager's event `ended` reports revoked sessions
   */
  readonly audit?: (action: AdminAction) => void | Promise<void>
  /** Called with an error that was responded to with 500 or 503. @default console.error */
  readonly onError?: (error: unknown) => void
  /** Other origins whose pages may send requests, as for the guard `csrf`. @default none */
  readonly trustedOrigins?: readonly string[]
}

/** The options, checked and complete. */
export interface AdminConfig<Data extends object>
  extends Required<Omit<AdminOptions<Data>, 'trustedOrigins' | 'showData'>> {
  /** Returns what operators see of the data; `undefined` if they see nothing. */
  readonly showData: ((session: StoredSession<Data>) => unknown) | undefined
  /** Checks requests that change something. */
  readonly guard: CsrfGuard
  /** Checks requests that read through the API. Programs and old browsers send such without any header to judge by. */
  readonly readGuard: CsrfGuard
}

const known = {
  authorize: true,
  showData: true,
  by: true,
  title: true,
  audit: true,
  onError: true,
  trustedOrigins: true,
} as const

const guards = createGuards<Request, undefined, CsrfGuard>({
  access: () => undefined,
  csrf: (guard) => guard,
})

/** Checks the options. @throws SessionUsageError `ERR_CONFIG_INVALID` */
export function readOptions<Data extends object>(
  manager: SessionManager<Data>,
  options: AdminOptions<Data>,
): AdminConfig<Data> {
  const call = 'adminPage(manager, { authorize })'
  // Without options the message is about `authorize`, below.
  const given: Partial<AdminOptions<Data>> = options ?? {}
  checkMount(manager, given, { call, known, name: 'adminPage' })
  const { authorize, showData = false, by = {}, title = 'Sessions' } = given
  const { audit = () => undefined, onError = console.error, trustedOrigins } = given
  if (typeof authorize !== 'function')
    throw invalid(
      'adminPage() was given no authorize, so everybody could end all sessions. Give a function that returns who the operator is: adminPage(manager, { authorize: (request) => … })',
    )
  if (typeof showData !== 'boolean' && typeof showData !== 'function')
    throw invalid(
      'showData is neither a boolean nor a function. Give true, or a function of a session',
    )
  if (typeof title !== 'string') throw invalid('title is no text. Give the title of the page')
  for (const [name, given] of Object.entries({ ...prefixed('by', by), audit, onError }))
    if (typeof given !== 'function')
      throw invalid(`${name} is no function. Give one, or leave it out`)
  const trusted = trustedOrigins ? { trustedOrigins } : {}
  const { scan, list, revocation } = manager.supports
  if (!scan || !list || !revocation)
    throw invalid(
      'The store of this manager cannot list all sessions and end them, as when they are sealed in cookies. Use a store whose supports.scan, list and revocation are true',
    )
  return {
    authorize,
    by,
    title,
    audit,
    onError,
    showData: showData === true ? ({ data }) => data : showData || undefined,
    guard: guards.csrf({ strict: true, ...trusted }),
    readGuard: guards.csrf(trusted),
  }
}

/** Returns the entries of an object under their full names, such as `by.role`. */
function prefixed(prefix: string, object: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [`${prefix}.${key}`, value]),
  )
}

function invalid(message: string): SessionUsageError {
  return new SessionUsageError('ERR_CONFIG_INVALID', `${message}.`)
}
