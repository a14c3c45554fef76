import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import {
  type BindingApp,
  bindingSuite,
  fetchHttp2,
  type GuardSpec,
  handleUpgrades,
  type Route,
  register,
  replaceSession,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import {
  csrf,
  type Guard,
  requireBound,
  requireRecent,
  requireSession,
  sessions,
} from '@sojourn/fastify'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import fastify50 from 'fastify50'
import { describe, expect, test } from 'vitest'

const secret = randomBytes(32)

/** Sends a response by the means of Fastify. */
function respond(reply: FastifyReply, { response: spec }: Route) {
  if (spec.kind === 'error') throw spec.error
  if (spec.kind === 'json') return spec.body
  if (spec.kind === 'redirect') return reply.redirect(spec.to)
  if (spec.kind === 'empty') return reply.code(spec.status).send()
  if (spec.kind === 'text') return reply.headers(spec.headers ?? {}).send(spec.body)
  if (spec.kind === 'stream') return reply.send(Readable.from(slowly(spec.chunks)))
  return reply.type('text/event-stream').send(Readable.from(slowly(spec.events.map(toEvent))))
}

/** Streams to Node's response itself, past Fastify. */
async function respondRaw(reply: FastifyReply, route: Route) {
  const { response: spec } = route
  if (spec.kind !== 'stream' && spec.kind !== 'events') return respond(reply, route)
  reply.hijack()
  reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
  for (const chunk of spec.kind === 'stream' ? spec.chunks : spec.events.map(toEvent)) {
    await turn()
    reply.raw.write(chunk)
  }
  reply.raw.end()
}

const toEvent = (event: string) => `data: ${event}\n\n`

async function* slowly(chunks: readonly string[]) {
  for (const chunk of chunks) {
    yield chunk
    await turn()
  }
}

function guardOf(guard: GuardSpec): Guard {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  if (guard.kind === 'bound') return requireBound(guard.options)
  return csrf(guard.options)
}

async function serve(
  app: FastifyInstance,
  { mounts, routes, onError }: BindingApp,
  send: typeof respondRaw,
) {
  app.addContentTypeParser(
    '*',
    { parseAs: 'string' },
    async (_request: unknown, form: string) => new URLSearchParams(form),
  )
  app.addHook('onError', async (_request, _reply, error) => onError?.(error))
  app.addHttpMethod('PROPFIND')
  handleUpgrades(app.server, { mounts })
  for (const { manager, as, isPassive } of mounts)
    await app.register(
      sessions(manager, {
        ...(as === undefined ? {} : { as }),
        ...(isPassive ? { passive: ({ url }) => isPassive(url) } : {}),
      }),
    )
  for (const route of routes)
    app.route({
      method: ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'],
      url: route.path,
      ...(route.guard ? { preHandler: guardOf(route.guard) } : {}),
      async handler(request, reply) {
        const { session } = request
        const adminSession = Reflect.get(request, 'adminSession') as typeof session
        await route.handle({ session, adminSession } as never)
        replaceSession(request, route.replace)
        return send(reply, route)
      },
    })
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
}

type Options = Pick<BindingApp, 'trustProxy'> & { readonly forceCloseConnections: boolean }

const respondByReply = async (reply: FastifyReply, route: Route) => respond(reply, route)
const plain = (options: Options) => fastify(options)
const plain50 = (options: Options) => fastify50(options) as unknown as FastifyInstance
const http2 = ({ trustProxy }: Options) =>
  fastify({ trustProxy, http2: true }) as unknown as FastifyInstance

describe.each([
  { name: 'Fastify 5', make: plain, send: respondByReply },
  { name: 'Fastify 5, hijacked streams', make: plain, send: respondRaw },
  { name: 'Fastify 5.0.0', make: plain50, send: respondByReply },
  {
    name: 'Fastify 5, HTTP/2',
    make: http2,
    send: respondByReply,
    fetch: fetchHttp2(),
    upgrades: false,
  },
])('$name', ({ name, make, send, fetch: fetchIt = fetch, upgrades = true }) => {
  const suite = bindingSuite({
    name,
    fetch: fetchIt,
    guards: true,
    forms: true,
    replace: true,
    delete: true,
    passive: true,
    ip: true,
    upgrades,
    serve: (app) => serve(make({ ...app, forceCloseConnections: true }), app, send),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered.filter(({ lacks }) => lacks !== 'upgrades')).toEqual([])
  })
})
