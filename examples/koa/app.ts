/**
 * A counter with a login, complete in this file. Copy it, then:
 * npm install koa bowser @koa/bodyparser @koa/router @sojourn/core @sojourn/koa @sojourn/store-memory
 */
import { scryptSync, timingSafeEqual } from 'node:crypto'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import { createSessionManager, envConfig } from '@sojourn/core'
import { clientOf } from '@sojourn/core/client'
import { csrf, requireSession, type Session, sessions } from '@sojourn/koa'
import { memoryStore } from '@sojourn/store-memory'
import Koa from 'koa'

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

export const app = new Koa({ proxy: true }) // behind the proxy that ends TLS; without it no Secure cookie is sent
const router = new Router()

router.get('/', async (ctx) => {
  await ctx.session.update((data) => {
    data.visits = (data.visits ?? 0) + 1
  })
  ctx.body = page(ctx.session)
})

router.post('/log-in', async (ctx) => {
  const { name = '', password = '' } = ctx.request.body as Record<string, string>
  if (!isPassword(name, password)) ctx.throw(401, 'Wrong name or password.')
  await ctx.session.login(name, { client: await clientOf(ctx.headers) })
  ctx.status = 303
  ctx.redirect('/')
})

router.post('/log-out', async (ctx) => {
  await ctx.session.destroy()
  ctx.status = 303
  ctx.redirect('/')
})

router.get('/devices', requireSession({ redirectTo: '/' }), async (ctx) => {
  const devices = await manager.sessions(ctx.session.requireUser())
  ctx.body = devices.map(({ id, client, lastSeenAt }) => ({ id, client, lastSeenAt }))
})

app.use(bodyParser({ enableTypes: ['form'] }))
app.use(sessions(manager))
app.use(csrf())
app.use(router.routes())

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
