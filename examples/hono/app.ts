/**
 * A counter with a login, complete in this file. Copy it, then:
 * npm install hono bowser @hono/node-server @sojourn/core @sojourn/hono @sojourn/store-memory
 */
import { scryptSync, timingSafeEqual } from 'node:crypto'
import { serve } from '@hono/node-server'
import { createSessionManager, envConfig } from '@sojourn/core'
import { clientOf } from '@sojourn/core/client'
import { csrf, requireSession, type Session, type SessionEnv, sessions } from '@sojourn/hono'
import { memoryStore } from '@sojourn/store-memory'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'

declare module '@sojourn/core' {
  interface SessionData {
    visits?: number
  }
}

// Several servers share sessions through Redis: nodeRedisStore(client) in place of memoryStore().
const { NODE_ENV, SESSION_SECRET, PORT = '3000' } = process.env
const manager = createSessionManager(envConfig(SESSION_SECRET, { store: memoryStore() }))

// Your database: names and password hashes.
const users = new Map([['ada', hash('countess of lovelace')]])

export const app = new Hono<SessionEnv>()
// trustProxy believes X-Forwarded-Proto of the proxy that ends TLS; without it no Secure cookie is sent.
app.use(sessions(manager, { trustProxy: NODE_ENV === 'production' }))
app.use(csrf())

app.get('/', async (c) => {
  const session = c.get('session')
  await session.update((data) => {
    data.visits = (data.visits ?? 0) + 1
  })
  return c.html(page(session))
})

app.post('/log-in', async (c) => {
  const { name, password } = await c.req.parseBody()
  if (!isPassword(String(name), String(password)))
    throw new HTTPException(401, { message: 'Wrong name or password.' })
  await c.get('session').login(String(name), { client: await clientOf(c.req.raw.headers) })
  return c.redirect('/', 303)
})

app.post('/log-out', async (c) => {
  await c.get('session').destroy()
  return c.redirect('/', 303)
})

app.get('/devices', requireSession({ redirectTo: '/' }), async (c) => {
  const devices = await manager.sessions(c.get('session').requireUser())
  return c.json(devices.map(({ id, client, lastSeenAt }) => ({ id, client, lastSeenAt })))
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
  serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(PORT) })
  console.log(`http://localhost:${PORT}`)
}
