import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { type Address, freshPrefix } from '@sojourn/redis-lab'
import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { createClient, createCluster } from 'redis'
import { onTestFinished } from 'vitest'
import { writeTemporary } from '../support.ts'

export const secret = 'the secret of the old application'

/** An application with the real express-session and connect-redis, under a prefix of its own. */
export interface OldApp {
  readonly prefix: string
  readonly client: Awaited<ReturnType<typeof connect>>
  /** The arguments by which the check finds its sessions. */
  readonly args: readonly string[]
  /** Makes sessions with this data, and returns their ids. */
  make(datas: readonly object[], maxAge?: number): Promise<string[]>
  /** Logs in over HTTP, and returns the cookie that the browser gets. */
  logIn(): Promise<string>
}

/** Starts an old application on a Redis. */
export async function startOldApp(address: Extract<Address, { kind: 'standalone' | 'cluster' }>) {
  const prefix = freshPrefix()
  const client = await connect(address)
  const app = express()
  app.use(
    session({
      secret,
      store: new RedisStore({ client, prefix }),
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 3_600_000 },
    }),
  )
  app.post('/login', (request, response) => {
    Object.assign(request.session, { passport: { user: 'ann' } })
    response.end()
  })
  app.post('/make', express.json({ limit: '100mb' }), async (request, response) => {
    const { datas, maxAge } = request.body
    const ids: string[] = []
    for (const data of datas) {
      Reflect.get(request.sessionStore, 'generate')(request)
      Object.assign(request.session, data)
      if (maxAge) request.session.cookie.maxAge = maxAge
      ids.push(request.sessionID)
      await promisify(request.session.save.bind(request.session))()
    }
    response.json(ids)
  })
  const server = app.listen(0)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = Object(server.address())
  const post = (path: string, body?: object) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })

  const result: OldApp = {
    prefix,
    client,
    args: [
      ...urlsOf(address),
      ...['--from', 'express-session', '--prefix', prefix],
      ...['--secret-file', writeTemporary('secret', `${secret}\n`)],
    ],
    make: async (datas, maxAge) => {
      const response = await post('/make', { datas, maxAge })
      return (await response.json()) as string[]
    },
    async logIn() {
      const [cookie = ''] = (await post('/login')).headers.getSetCookie()
      return cookie.split(';')[0] ?? ''
    },
  }
  return result
}

/** Returns the cookie that express-session signs for an id. */
export function cookieFor(id: string): string {
  const mac = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '')
  return `connect.sid=${encodeURIComponent(`s:${id}.${mac}`)}`
}

function urlsOf(address: Extract<Address, { kind: 'standalone' | 'cluster' }>): readonly string[] {
  const url = ({ host, port }: { host: string; port: number }) => `redis://${host}:${port}`
  return address.kind === 'cluster' ? [...address.nodes.map(url), '--cluster'] : [url(address)]
}

async function connect(address: Extract<Address, { kind: 'standalone' | 'cluster' }>) {
  const client =
    address.kind === 'cluster'
      ? createCluster({
          rootNodes: address.nodes.map(({ host, port }) => ({ socket: { host, port } })),
        })
      : createClient({ socket: { host: address.host, port: address.port } })
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => void client.destroy())
  return client
}
