import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { type BindingApp, bindingSuite, type Route, register } from '@sojourn/conformance/binding'
import { createSessionManager, devConfig, keyedStore } from '@sojourn/core'
import { sessions } from '@sojourn/fastify'
import fastify, { type FastifyReply } from 'fastify'
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

async function serve({ mounts, routes, trustProxy }: BindingApp, say: typeof answerRaw) {
  const app = fastify({ trustProxy, forceCloseConnections: true })
  for (const { manager, as } of mounts)
    await app.register(sessions(manager, as === undefined ? {} : { as }))
  for (const route of routes)
    app.route({
      method: ['GET', 'HEAD', 'POST'],
      url: route.path,
      async handler(request, reply) {
        const { session } = request
        const adminSession = Reflect.get(request, 'adminSession') as typeof session
        await route.act({ session, adminSession } as never)
        return say(reply, route)
      },
    })
  return { url: await app.listen({ port: 0, host: '127.0.0.1' }), close: () => app.close() }
}

describe.each([
  ['Fastify 5', async (reply: FastifyReply, route: Route) => answer(reply, route)],
  ['Fastify 5, hijacked streams', answerRaw],
] as const)('%s', (name, say) => {
  const suite = bindingSuite({
    name,
    serve: (app) => serve(app, say),
    createManager: (backend, options) =>
      createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options })),
  })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})
