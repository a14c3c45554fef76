import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { type BindingApp, bindingSuite, type Route, register } from '@sojourn/conformance/binding'
import { createSessionManager, devConfig, keyedStore } from '@sojourn/core'
import { sessions } from '@sojourn/web'
import { expect, test } from 'vitest'
import { serveFetch } from './support.ts'

const secret = randomBytes(32)

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

function onError(error: unknown): Response {
  const { status = 500, headers = {} } = Object(error)
  return new Response('error', { status, headers })
}

function appOf({ mounts, routes, trustProxy }: BindingApp) {
  const isForwarded = ({ headers }: Request) => headers.get('x-forwarded-proto') === 'https'
  const options = { onError, ...(trustProxy ? { isSecure: isForwarded } : {}) }
  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const route = routes.find(({ path }) => path === pathname)
    if (!route) return new Response('nothing here', { status: 404 })
    const opened: Record<string, never> = {}
    const innermost = async () => {
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

const suite = bindingSuite({
  name: 'Request and Response',
  serve: (app) => serveFetch(appOf(app)),
  createManager: (backend, options) =>
    createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
})
register(suite, { test })

test('is offered every case', () => {
  expect(suite.notOffered.filter(({ lacks }) => lacks !== 'guards')).toEqual([])
})
