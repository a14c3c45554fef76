import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import {
  answerUpgrades,
  type BindingApp,
  bindingSuite,
  fetchHttp2,
  type Guarding,
  type Route,
  register,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, type Guard, requireRecent, requireSession, sessions } from '@sojourn/fastify'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import fastify50 from 'fastify50'
import { describe, expect, test } from 'vitest'

const secret = randomBytes(32)

/** Answers as a Fastify application would. */
function answer(reply: FastifyReply, { answer: given }: Route) {
  if (given.kind === 'error') throw given.error
  if (given.kind === 'json') return given.body
  if (given.kind === 'redirect') return reply.redirect(given.to)
  if (given.kind === 'empty') return reply.code(given.status).send()
  if (given.kind === 'text') return reply.headers(given.headers ?? {}).send(given.body)
  if (given.kind === 'stream') return reply.send(Readable.from(slowly(given.chunks)))
  return reply.type('text/event-stream').send(Readable.from(slowly(given.events.map(toEvent))))
}

/** Writes to the response itself, as who streams without Fastify does. */
async function answerRaw(reply: FastifyReply, route: Route) {
  const { answer: given } = route
  if (given.kind !== 'stream' && given.kind !== 'events') return answer(reply, route)
  reply.hijack()
  reply.raw.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
  for (const chunk of given.kind === 'stream' ? given.chunks : given.events.map(toEvent)) {
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

function guardOf(guard: Guarding): Guard {
  if (guard.kind === 'session') return requireSession(guard.options)
  if (guard.kind === 'recent') return requireRecent(guard.duration, guard.options)
  return csrf(guard.options)
}

async function serve(app: FastifyInstance, given: BindingApp, say: typeof answerRaw) {
  const { mounts, routes, onError } = given
  app.addContentTypeParser(
    '*',
    { parseAs: 'string' },
    async (_request: unknown, form: string) => new URLSearchParams(form),
  )
  app.addHook('onError', async (_request, _reply, error) => onError?.(error))
  app.addHttpMethod('PROPFIND')
  answerUpgrades(app.server, { mounts })
  for (const { manager, as } of mounts)
    await app.register(sessions(manager, as === undefined ? {} : { as }))
  for (const route of routes)
    app.route({
      method: ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'],
      url: route.path,
      ...(route.guard ? { preHandler: guardOf(route.guard) } : {}),
      async handler(request, reply) {
        const { session } = request
        const adminSession = Reflect.get(request, 'adminSession') as typeof session
        await route.act({ session, adminSession } as never)
        return say(reply, route)
      },
    })
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
}

type Options = Pick<BindingApp, 'trustProxy'> & { readonly forceCloseConnections: boolean }

const answerByReply = async (reply: FastifyReply, route: Route) => answer(reply, route)
const plain = (options: Options) => fastify(options)
const plain50 = (options: Options) => fastify50(options) as unknown as FastifyInstance
const http2 = ({ trustProxy }: Options) =>
  fastify({ trustProxy, http2: true }) as unknown as FastifyInstance

describe.each([
  { name: 'Fastify 5', make: plain, say: answerByReply },
  { name: 'Fastify 5, hijacked streams', make: plain, say: answerRaw },
  { name: 'Fastify 5.0.0', make: plain50, say: answerByReply },
  {
    name: 'Fastify 5, HTTP/2',
    make: http2,
    say: answerByReply,
    fetch: fetchHttp2(),
    upgrades: false,
  },
])('$name', ({ name, make, say, fetch: ask = fetch, upgrades = true }) => {
  const suite = bindingSuite({
    name,
    fetch: ask,
    guards: true,
    forms: true,
    upgrades,
    serve: (app) => serve(make({ ...app, forceCloseConnections: true }), app, say),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered.filter(({ lacks }) => lacks !== 'upgrades')).toEqual([])
  })
})
