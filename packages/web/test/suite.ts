import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Suite } from '@sojourn/conformance'
import {
  type BindingApp,
  bindingSuite,
  type Guarding,
  type Route,
  type Served,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireRecent, requireSession, sessions } from '@sojourn/web'

/** What answers a request, and what a runtime's own server takes. */
export type Fetch = (request: Request) => Promise<Response>

/** The binding suite on handlers of Request and Response, served by `serve`; `upgrades` says whether it answers them. */
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
    upgrades,
    serve: async (app) => serve(appOf(app), app),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
}

/** Answers as an application of Request and Response would. */
function answer({ answer: given }: Route): Response {
  if (given.kind === 'error') throw given.error
  if (given.kind === 'json') return Response.json(given.body)
  if (given.kind === 'redirect') return Response.redirect(`http://localhost${given.to}`, 302)
  if (given.kind === 'empty') return new Response(null, { status: given.status })
  if (given.kind === 'text') return new Response(given.body, { headers: given.headers ?? {} })
  const chunks =
    given.kind === 'stream' ? given.chunks : given.events.map((event) => `data: ${event}\n\n`)
  const type = given.kind === 'stream' ? 'text/plain' : 'text/event-stream'
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

function answerError(error: unknown): Response {
  const { status = 500, headers = {} } = Object(error)
  return new Response('error', { status, headers })
}

/** A guard is handed its session, so it is the application that finds it. */
function guardOf(guard: Guarding) {
  const as = guard.options?.as ?? 'session'
  const check = checkOf(guard)
  return (request: Request, opened: Record<string, never>) => check(request, opened[as] as never)
}

function checkOf(guard: Guarding) {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  return csrf(guard.options)
}

function appOf({ mounts, routes, trustProxy, onError: tell }: BindingApp) {
  const onError = (error: unknown) => {
    tell?.(error)
    return answerError(error)
  }
  const guards = new Map(routes.map(({ path, guard }) => [path, guard && guardOf(guard)]))

  const isForwarded = ({ headers }: Request) => headers.get('x-forwarded-proto') === 'https'
  const options = { onError, ...(trustProxy ? { isSecure: isForwarded } : {}) }
  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const route = routes.find(({ path }) => path === pathname)
    if (!route) return new Response('nothing here', { status: 404 })
    const opened: Record<string, never> = {}
    const innermost = async () => {
      await guards.get(route.path)?.(request, opened)
      await route.act(opened)
      return answer(route)
    }
    const chain = mounts.reduceRight(
      (inner: () => Promise<Response>, { manager, as = 'session' }) => {
        const withSession = sessions(manager, options)
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
