import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Suite } from '@sojourn/conformance'
import {
  type BindingApp,
  bindingSuite,
  type GuardSpec,
  type Route,
  type Served,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireBound, requireRecent, requireSession, sessions } from '@sojourn/web'

/** A fetch handler, as the servers of runtimes take it. */
export type Fetch = (request: Request) => Promise<Response>

/** Returns the binding suite on fetch handlers. `upgrades`: whether `serve` accepts upgrades. */
export function webSuite(
  name: string,
  serve: (fetch: Fetch, app: BindingApp) => Served | Promise<Served>,
  { upgrades = false } = {},
): Suite {
  const secret = randomBytes(32)
  return bindingSuite({
    name,
    guards: true,
    forms: true,
    passive: true,
    ip: true,
    upgrades,
    serve: async (app) => serve(appOf(app), app),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
}

/** Creates a response, or throws the route's error. */
function createResponse({ response: spec }: Route): Response {
  if (spec.kind === 'error') throw spec.error
  if (spec.kind === 'json') return Response.json(spec.body)
  if (spec.kind === 'redirect') return Response.redirect(`http://localhost${spec.to}`, 302)
  if (spec.kind === 'empty') return new Response(null, { status: spec.status })
  if (spec.kind === 'text') return new Response(spec.body, { headers: spec.headers ?? {} })
  const chunks =
    spec.kind === 'stream' ? spec.chunks : spec.events.map((event) => `data: ${event}\n\n`)
  const type = spec.kind === 'stream' ? 'text/plain' : 'text/event-stream'
  return new Response(slowly(chunks), { headers: { 'Content-Type': type } })
}

function slowly(chunks: readonly string[]): ReadableStream {
  const rest = chunks.map((chunk) => new TextEncoder().encode(chunk))
  return new ReadableStream({
    async pull(controller) {
      await turn()
      const chunk = rest.shift()
      if (chunk) controller.enqueue(chunk)
      else controller.close()
    },
  })
}

function createErrorResponse(error: unknown): Response {
  const { status = 500, headers = {} } = Object(error)
  return new Response('error', { status, headers })
}

/** Creates a guard. Its session is a parameter, so the application looks it up. */
function guardOf(guard: GuardSpec) {
  const as = guard.options?.as ?? 'session'
  const check = checkOf(guard)
  return (request: Request, opened: Record<string, never>) => check(request, opened[as] as never)
}

function checkOf(guard: GuardSpec) {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  if (guard.kind === 'bound') return requireBound(guard.options)
  return csrf(guard.options)
}

function appOf({ mounts, routes, trustProxy, onError: reportError }: BindingApp) {
  const onError = (error: unknown) => {
    reportError?.(error)
    return createErrorResponse(error)
  }
  const guards = new Map(routes.map(({ path, guard }) => [path, guard && guardOf(guard)]))

  const isForwarded = ({ headers }: Request) => headers.get('x-forwarded-proto') === 'https'
  const options = { onError, ...(trustProxy ? { isSecure: isForwarded } : {}) }
  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const route = routes.find(({ path }) => path === pathname)
    const opened: Record<string, never> = {}
    const innermost = async () => {
      if (!route) return new Response('nothing here', { status: 404 })
      await guards.get(route.path)?.(request, opened)
      await route.handle(opened)
      return createResponse(route)
    }
    const chain = mounts.reduceRight(
      (inner: () => Promise<Response>, { manager, as = 'session', isPassive }) => {
        const withSession = sessions(manager, {
          ...options,
          ip: ({ headers }) =>
            trustProxy ? (headers.get('x-forwarded-for') ?? undefined) : '127.0.0.1',
          ...(isPassive ? { passive: ({ url }) => isPassive(new URL(url).pathname) } : {}),
        })
        return () =>
          withSession(request, (session) => {
            opened[as] = session as never
            return inner()
          })
      },
      innermost,
    )
    return chain()
  }
}
