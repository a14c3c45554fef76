/**
 * A counter with a login, complete in this file. Copy it, then:
 * npm install express bowser @sojourn/core @sojourn/express @sojourn/store-memory
 */
import { scryptSync, timingSafeEqual } from 'node:crypto'
import { createSessionManager, envConfig } from '@sojourn/core'
import { clientOf } from '@sojourn/core/client'
import { csrf, requireSession, type Session, sessions } from '@sojourn/express'
import { memoryStore } from '@sojourn/store-memory'
import express, { type Express } from 'express'

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

export const app: Express = express()
app.disable('x-powered-by')
app.set('trust proxy', 'loopback') // the proxy that ends TLS; without it no Secure cookie is sent
app.use(express.urlencoded({ extended: false }))
app.use(sessions(manager))
app.use(csrf())

app.get('/', async (req, res) => {
  await req.session.update((data) => {
    data.visits = (data.visits ?? 0) + 1
  })
  res.send(page(req.session))
})

app.post('/log-in', async (req, res) => {
  const { name = '', password = '' } = req.body
  if (!isPassword(name, password)) return void res.status(401).send('Wrong name or password.')
  await req.session.login(name, { client: await clientOf(req.headers) })
  res.redirect(303, '/')
})

app.post('/log-out', async (req, res) => {
  await req.session.destroy()
  res.redirect(303, '/')
})

app.get('/devices', requireSession({ redirectTo: '/' }), async (req, res) => {
  const devices = await manager.sessions(req.session.requireUser())
  res.json(devices.map(({ id, client, lastSeenAt }) => ({ id, client, lastSeenAt })))
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
  app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://localhost:${PORT}`))
}
