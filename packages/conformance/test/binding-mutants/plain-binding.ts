import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  type BeginWatch,
  type BindingApp,
  type BindingUnderTest,
  type GuardSpec,
  listen,
  type Mount,
  type Route,
  replaceSession,
  type TestData,
} from '@sojourn/conformance/binding'
import type { RouteResponse, Session } from '@sojourn/core'
import {
  type Carrier,
  checkManagers,
  createGuards,
  createSessionProperty,
  csrfField,
  markPassive,
  type SessionProperty,
} from '@sojourn/core/binding'

type Sessions = Record<string, Session<TestData>>
type Guards = ReadonlyMap<string, Check | undefined>

/** The steps of the plainest binding; each mutant replaces one. */
export interface Steps {
  carrier(request: IncomingMessage, response: ServerResponse, app: BindingApp): Carrier
  /** Refuses managers that cannot be mounted side by side. */
  readonly checkManagers: typeof checkManagers
  /** Answers a request that a browser makes by itself. */
  route(
    mount: Mount,
    request: { readonly method: string; readonly path: string },
    carrier: Carrier,
  ): Promise<RouteResponse | undefined> | undefined
  load(mount: Mount, carrier: Carrier): Promise<Session<TestData>>
  /** Creates the property by which a route finds a session. */
  readonly createProperty: typeof createSessionProperty
  commit(mount: Mount, session: Session<TestData>, carrier: Carrier): Promise<void> | undefined
  /** Whether the commit comes before the response. */
  readonly commitsFirst: boolean
  /** Whether the session is also committed before an error response. */
  readonly commitsErrors: boolean
  /** Creates a guard. */
  guard(guard: GuardSpec): Check
  /** Starts the watch of an upgrade's session. */
  watch: BeginWatch
  /** Makes a request passive if one of the mounts says so. */
  markPassive(session: Session<TestData>, path: string, mounts: readonly Mount[]): void
  /** Handles a failed commit, of a handler that may have thrown. */
  failed(error: unknown, thrown: Thrown | undefined): void
  /** Whether a handler whose client has left is committed. */
  readonly outlivesClient: boolean
  /** Returns the error that the response is for, given what the handler threw. */
  shownError(thrown: unknown, response: ServerResponse): unknown
}

/** What a handler threw, which may be `undefined`. */
interface Thrown {
  readonly value: unknown
}

/** Returns where a guard redirects a request; `undefined` lets it pass. */
export type Check = (request: GuardedRequest) => string | undefined

/** A request before its guard. */
interface GuardedRequest {
  readonly method: string
  readonly carrier: Carrier
  readonly sessions: Sessions
  readonly form: URLSearchParams
}

const { requireSession, requireRecent, requireBound, csrf } = createGuards<unknown, Check>({
  access: (guard) => (request) => guard.check(request, request.sessions[guard.as]),
  csrf: (guard) => (request) => {
    const { method, carrier, sessions, form } = request
    guard.check({ ...carrier, method }, sessions[guard.as], csrfField(form))
    return undefined
  },
})

/** The steps that keep the contract. */
export const steps: Steps = {
  carrier: (request, response, { trustProxy }) => ({
    ip:
      (trustProxy && request.headers['x-forwarded-for']?.toString()) ||
      request.socket.remoteAddress,
    secure: trustProxy && request.headers['x-forwarded-proto'] === 'https',
    get sent() {
      return response.headersSent || isUpgrade(request)
    },
    header(name) {
      if (name === 'authorization') return request.headersDistinct[name]?.join(', ')
      const value = request.headers[name]
      return value === undefined ? undefined : [value].flat().join('; ')
    },
    get: (name) => [response.getHeader(name) ?? []].flat().join(', ') || undefined,
    set: (name, value) => void response.setHeader(name, value),
    append: (name, value) => void response.appendHeader(name, value),
  }),
  checkManagers,
  route: ({ manager }, request, carrier) => manager.route?.(request, carrier),
  load: async ({ manager }, carrier) => manager.load(carrier),
  createProperty: createSessionProperty,
  commit: ({ manager }, session, carrier) => manager.commit(session, carrier),
  commitsFirst: true,
  commitsErrors: true,
  guard(guard) {
    if (guard.kind === 'csrf') return csrf(guard.options)
    if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
    if (guard.kind === 'bound') return requireBound(guard.options)
    return requireSession(guard.options)
  },
  watch: (manager, headers) => manager.watch(headers),
  markPassive(session, path, mounts) {
    for (const { isPassive } of mounts) markPassive(session, path, isPassive)
  },
  failed(error) {
    throw error
  },
  outlivesClient: true,
  shownError: (thrown) => thrown,
}

/** Node sets it if the server has listeners for upgrades. */
function isUpgrade(request: IncomingMessage): boolean {
  return Reflect.get(request, 'upgrade') === true
}

/** A binding of node:http that sends nothing of the response before the commit has finished. */
export function plainBinding(changed: Partial<Steps>): Pick<BindingUnderTest, 'serve'> {
  const use = { ...steps, ...changed }
  return {
    async serve(app) {
      const guards = new Map(
        app.routes.map(({ path, guard }) => [path, guard && use.guard(guard)] as const),
      )
      const server = http.createServer((request, response) => {
        handle(request, response, { app, use, guards }).catch((error: unknown) => {
          app.onError?.(error)
          respondWithError(response, error)
        })
      })
      return listen(server, app, use.watch)
    },
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { app, use, guards }: { app: BindingApp; use: Steps; guards: Guards },
) {
  const path = request.url?.split('?')[0] ?? ''
  const route = app.routes.find((each) => each.path === path)
  const carrier = use.carrier(request, response, app)
  const mounts = [...new Map(app.mounts.map((mount) => [mount.manager, mount])).values()]
  use.checkManagers(mounts)
  for (const mount of mounts) {
    const { method = '', url: path = '' } = request
    const answer = await use.route(mount, { method, path }, carrier)
    if (answer) return response.writeHead(answer.status, answer.headers.flat()).end(answer.body)
  }
  const sessions: Sessions = {}
  const loaded: (readonly [Mount, Session<TestData>])[] = []
  const properties: SessionProperty<Sessions>[] = []
  for (const mount of mounts) {
    const session = await use.load(mount, carrier)
    const ofManager = app.mounts.filter(({ manager }) => manager === mount.manager)
    use.markPassive(session, path, ofManager)
    const property = use.createProperty<Sessions>(mount.as ?? 'session', () => session)
    property.define(sessions)
    loaded.push([mount, session])
    properties.push(property)
  }
  const commit = async () => {
    for (const [mount, session] of loaded) await use.commit(mount, session, carrier)
  }
  const check = route && guards.get(route.path)
  const form = new URLSearchParams(await text(request))
  const location = check?.({ method: request.method ?? '', carrier, sessions, form })
  if (location !== undefined) return response.writeHead(303, { Location: location }).end()
  const thrown = await thrownBy(async () => {
    await route?.handle(sessions)
    replaceSession(sessions, route?.replace)
    for (const property of properties) property.check(sessions)
  })
  if (thrown) app.onError?.(thrown.value)
  if (!use.outlivesClient && response.destroyed) return
  if (!thrown) setOwnHeaders(response, route)
  const isError = thrown !== undefined || route?.response.kind === 'error'
  const isCommitted = use.commitsErrors || !isError
  if (use.commitsFirst && isCommitted) {
    await commit().catch(async (error: unknown) => {
      await commit() // writes nothing more, and sends the cookie of a login that succeeded
      use.failed(error, thrown)
    })
  }
  if (thrown) respondWithError(response, use.shownError(thrown.value, response))
  else respond(response, route)
  if (!use.commitsFirst && isCommitted) commit().catch(() => undefined)
}

async function thrownBy(act: () => unknown): Promise<Thrown | undefined> {
  try {
    await act()
    return undefined
  } catch (value) {
    return { value }
  }
}

function setOwnHeaders(response: ServerResponse, route: Route | undefined): void {
  if (route?.response.kind !== 'text') return
  for (const [name, value] of Object.entries(route.response.headers ?? {}))
    response.setHeader(name, value)
}

function respond(response: ServerResponse, route: Route | undefined): void {
  const given = route?.response ?? { kind: 'text', body: 'nothing here' }
  if (given.kind === 'error') respondWithError(response, given.error)
  else if (given.kind === 'json') response.end(JSON.stringify(given.body))
  else if (given.kind === 'redirect') response.writeHead(302, { Location: given.to }).end()
  else if (given.kind === 'empty') response.writeHead(given.status).end()
  else if (given.kind === 'text') response.end(given.body)
  else if (given.kind === 'stream') response.end(given.chunks.join(''))
  else response.end(given.events.map((event) => `data: ${event}\n\n`).join(''))
}

function respondWithError(response: ServerResponse, error: unknown): void {
  const { status = 500, headers = {} } = Object(error)
  if (!response.headersSent) response.writeHead(status, headers)
  response.end('error')
}
