/**
 * A counter with a login, complete in this file. Copy it, then:
 * npm install fastify bowser @fastify/formbody @sojourn/core @sojourn/fastify @sojourn/store-memory
 */
import { scryptSync, timingSafeEqual } from 'node:crypto'
import forms from '@fastify/formbody'
import { createSessionManager, envConfig } from '@sojourn/core'
import { clientOf } from '@sojourn/core/client'
import { csrf, requireSession, type Session, sessions } from '@sojourn/fastify'
import { memoryStore } from '@sojourn/store-memory'
import fastify, { type FastifyInstance } from 'fastify'

declare module '@sojourn/core' {
  interface SessionData {
    visits?: number
  }
}

// Several servers share sessions through Redis: nodeRedisStore(client) in place of memoryStore().
const { SESSION_SECRET, PORT = '3000' } = process.env
const manager = createSessionManager(envConfig(SESSION_SECRET, { store: memoryStore() }))

// Your database: names and password hashes.
const users = new Map([['ada', hash('countess of lovelace')]])

export const app: FastifyInstance = fastify({
  trustProxy: 'loopback', // the proxy that ends TLS; without it no Secure cookie is sent
})
app.register(forms)
app.register(sessions(manager))
app.addHook('preHandler', csrf())

app.get('/', async (request, reply) => {
  await request.session.update((data) => {
    data.visits = (data.visits ?? 0) + 1
  })
  return reply.type('text/html').send(page(request.session))
})

app.post('/log-in', async (request, reply) => {
  const { name = '', password = '' } = request.body as Record<string, string>
  if (!isPassword(name, password)) return reply.code(401).send('Wrong name or password.')
  await request.session.login(name, { client: await clientOf(request.headers) })
  return reply.redirect('/', 303)
})

app.post('/log-out', async (request, reply) => {
  await request.session.destroy()
  return reply.redirect('/', 303)
})

app.get('/devices', { preHandler: requireSession({ redirectTo: '/' }) }, async (request) => {
  const devices = await manager.sessions(request.session.requireUser())
  return devices.map(({ id, client, lastSeenAt }) => ({ id, client, lastSeenAt }))
})

function page({ data, userId }: Session): string {
  const form =
    userId === undefined
      ? '<form method="post" action="/log-in"><input name="name" value="ada"> <input name="password" type="password"> <button>Log in</button></form>'
      : '<form method="post" action="/log-out"><button>Log out</button></form><a href="/devices">Devices</a>'
  return `<!doctype html><title>Counter</title><p>${userId ?? 'Visitor'}: visit ${data.visits}</p>${form}`
}

function isPassword(name: string, password: string): boolean {
  const known = users.get(name) ?? hash('') // as much work for a name that does not exist
  return timingSafeEqual(known, hash(password)) && users.has(name)
}

function hash(password: string): Buffer {
  return scryptSync(password, 'a salt per user, in real life', 32)
}

if (process.argv[1] === import.meta.filename) {
  await app.listen({ port: Number(PORT), host: '127.0.0.1' })
  console.log(`http://localhost:${PORT}`)
}
