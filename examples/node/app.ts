/**
 * A counter with a login, complete in this file. Copy it, then:
 * npm install bowser @sojourn/core @sojourn/node @sojourn/store-memory
 */
import { scryptSync, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { createSessionManager, envConfig, type Session } from '@sojourn/core'
import { clientOf } from '@sojourn/core/client'
import { csrf, type Handler, requireSession, sessions } from '@sojourn/node'
import { memoryStore } from '@sojourn/store-memory'

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

type Request = IncomingMessage & { session: Session }
type Route = (request: Request, response: ServerResponse) => Promise<unknown>

// Behind a proxy that ends TLS a Secure cookie is sent where isSecure says that the client speaks HTTPS.
const isSecure = ({ headers }: IncomingMessage) =>
  NODE_ENV === 'production' && headers['x-forwarded-proto'] === 'https'
type Step = Handler<IncomingMessage, ServerResponse>
const steps: Step[] = [sessions(manager, { isSecure }), csrf()]
const onlyUsers: Step = requireSession({ redirectTo: '/' })

const routes: Record<string, Route> = {
  async 'GET /'({ session }, response) {
    await session.update((data) => {
      data.visits = (data.visits ?? 0) + 1
    })
    response.setHeader('Content-Type', 'text/html').end(page(session))
  },
  async 'POST /log-in'(request, response) {
    const form = new URLSearchParams(await text(request))
    const name = form.get('name') ?? ''
    if (!isPassword(name, form.get('password') ?? ''))
      return response.writeHead(401).end('Wrong name or password.')
    await request.session.login(name, { client: await clientOf(request.headers) })
    response.writeHead(303, { Location: '/' }).end()
  },
  async 'POST /log-out'({ session }, response) {
    await session.destroy()
    response.writeHead(303, { Location: '/' }).end()
  },
  async 'GET /devices'(request, response) {
    await run(onlyUsers, request, response)
    const devices = await manager.sessions(request.session.requireUser())
    const shown = devices.map(({ id, client, lastSeenAt }) => ({ id, client, lastSeenAt }))
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(shown))
  },
}

export const app = createServer(async (request, response) => {
  try {
    for (const step of steps) await run(step, request, response)
    const route = routes[`${request.method} ${request.url}`]
    if (route) await route(request as Request, response)
    else response.writeHead(404).end('Not found')
  } catch (error) {
    response.statusCode = Object(error).status ?? 500
    response.end(response.statusCode === 500 ? 'Something went wrong' : undefined)
  }
})

/** Runs one handler of the Connect kind; resolves when it calls `next()`. */
function run(step: Step, request: IncomingMessage, response: ServerResponse) {
  return new Promise<void>((resolve, reject) => {
    step(request, response, (error) => (error === undefined ? resolve() : reject(error)))
  })
}

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
