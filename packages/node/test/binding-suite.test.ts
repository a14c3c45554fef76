import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import {
  type BindingApp,
  bindingSuite,
  fetchHttp2,
  type GuardSpec,
  listen,
  type Mount,
  type Route,
  register,
  replaceSession,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import {
  csrf,
  type Handler,
  type NodeRequest,
  type NodeResponse,
  requireBound,
  requireRecent,
  requireSession,
  sessions,
} from '@sojourn/node'
import { describe, expect, test } from 'vitest'
import { makeCertificate, serveHttp2 } from './http2-support.ts'

const secret = randomBytes(32)
const certificate = await makeCertificate()

/** Returns an application without a framework: a chain of handlers, a table of routes, and an error handler. */
function listenerOf({ mounts, routes, trustProxy, onError }: BindingApp) {
  const guards = routes.flatMap(({ path, guard }) => (guard ? [at(path, guardOf(guard))] : []))
  const handlers = [parseForm, ...mounts.map((mount) => mounted(mount, trustProxy)), ...guards]
  return (request: NodeRequest, response: NodeResponse) => {
    const fail = (error: unknown) => {
      onError?.(error)
      respondWithError(response as WritableResponse, error)
    }
    const next = (at: number) => (error?: unknown) => {
      if (error) return fail(error)
      const handler = handlers[at]
      if (handler) handler(request, response, next(at + 1))
      else route(request, response as WritableResponse, routes).catch(fail)
    }
    next(0)()
  }
}

type NodeHandler = Handler<NodeRequest, NodeResponse>

const pathOf = ({ url }: NodeRequest) => url?.split('?')[0]

function at(path: string, handler: NodeHandler): NodeHandler {
  return (request, response, next) =>
    pathOf(request) === path ? handler(request, response, next) : next()
}

/** Parses a form into `request.body`, as Connect's body parsers do. */
const parseForm: NodeHandler = (request, _response, next) => {
  if (!request.headers['content-type']?.includes('urlencoded')) return next()
  text(request).then((form) => {
    Object.assign(request, { body: new URLSearchParams(form) })
    next()
  }, next)
}

function guardOf(guard: GuardSpec): NodeHandler {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  if (guard.kind === 'bound') return requireBound(guard.options)
  return csrf(guard.options)
}

function forwardedFor({ headers }: NodeRequest): string | undefined {
  return headers['x-forwarded-for']?.toString()
}

function mounted({ manager, as, isPassive }: Mount, trustProxy: boolean) {
  const isSecure = ({ headers }: NodeRequest) => headers['x-forwarded-proto'] === 'https'
  return sessions(manager, {
    ...(as === undefined ? {} : { as }),
    ...(trustProxy ? { isSecure, ip: forwardedFor } : {}),
    ...(isPassive ? { passive: (request: NodeRequest) => isPassive(pathOf(request) ?? '') } : {}),
  })
}

/** The methods of a response that HTTP/1 and HTTP/2 have in common. */
interface WritableResponse {
  statusCode: number
  setHeader(name: string, value: string): unknown
  writeHead(status: number, headers?: Record<string, string>): WritableResponse
  flushHeaders(): void
  write(chunk: string): boolean
  end(chunk?: string): unknown
}

async function route(request: NodeRequest, response: WritableResponse, routes: readonly Route[]) {
  const found = routes.find(({ path }) => path === pathOf(request))
  if (!found) return response.writeHead(404).end()
  await found.handle(request as never)
  replaceSession(request, found.replace)
  return respond(response, found)
}

async function respond(response: WritableResponse, { response: spec }: Route) {
  if (spec.kind === 'error') throw spec.error
  if (spec.kind === 'json') return response.end(JSON.stringify(spec.body))
  if (spec.kind === 'redirect') return response.writeHead(302, { Location: spec.to }).end()
  if (spec.kind === 'empty') return response.writeHead(spec.status).end()
  if (spec.kind === 'text') {
    for (const [name, value] of Object.entries(spec.headers ?? {})) response.setHeader(name, value)
    return response.end(spec.body)
  }
  const isStream = spec.kind === 'stream'
  const chunks = isStream ? spec.chunks : spec.events.map((event) => `data: ${event}\n\n`)
  if (!isStream) response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
  for (const chunk of chunks) {
    await turn()
    response.write(chunk)
  }
  return response.end()
}

/** Sends an error. The middleware has already set the status and headers of its own errors. */
function respondWithError(response: WritableResponse, error: unknown) {
  if (response.statusCode < 400) response.statusCode = Object(error).status ?? 500
  response.end('error')
}

type Listener = ReturnType<typeof listenerOf>

describe.each([
  [
    'node:http',
    {
      serve: (listener: Listener, app: BindingApp) => listen(createServer(listener), app),
      upgrades: true,
    },
  ],
  [
    'node:http2 in plain text',
    { serve: (listener: Listener) => serveHttp2(listener), fetch: fetchHttp2() },
  ],
  [
    'node:http2 over TLS',
    {
      serve: (listener: Listener) => serveHttp2(listener, certificate),
      fetch: fetchHttp2(certificate.cert),
      exempt: { 'H3.5': 'TLS is secure' },
    },
  ],
])('%s', (name, { serve, ...options }) => {
  const suite = bindingSuite({
    name,
    ...options,
    guards: true,
    forms: true,
    replace: true,
    delete: true,
    passive: true,
    ip: true,
    serve: (app) => serve(listenerOf(app), app),
    createManager: (backend, own) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...own })),
  })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered.filter(({ lacks }) => lacks !== 'upgrades')).toEqual([])
  })
})
