/** What the default error handlers of the frameworks send to strangers of a Redis that cannot be reached. */
import { once } from 'node:events'
import http, { type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import {
  createSessionManager,
  devConfig,
  type Session,
  type SessionManager,
  SessionStoreError,
} from '@sojourn/core'
import * as express from '@sojourn/express'
import * as fastify from '@sojourn/fastify'
import * as hono from '@sojourn/hono'
import * as koa from '@sojourn/koa'
import * as node from '@sojourn/node'
import { memoryStore } from '@sojourn/store-memory'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import * as web from '@sojourn/web'
import createExpress from 'express'
import createFastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { createClient } from 'redis'
import { expect, onTestFinished, test, vi } from 'vitest'

/** What each path does. Where it changes data, the commit fails; `update` fails in the handler. */
const act = async (session: Session, path: string): Promise<string> => {
  if (path === '/login') await session.login('user-1')
  if (path === '/write') Object.assign(session.data, { n: 1 })
  if (path === '/update') await session.update((data) => void Object.assign(data, { n: 1 }))
  return session.userId ?? 'nobody'
}

type Serve = (manager: SessionManager) => RequestListener | Promise<RequestListener>

const onExpress =
  (env: string): Serve =>
  (manager) => {
    const app = createExpress().set('env', env).use(express.sessions(manager))
    return app.use(async (req, res) => void res.send(await act(req.session, req.path)))
  }

const servers: Readonly<Record<string, Serve>> = {
  'Express in development': onExpress('development'),
  'Express in production': onExpress('production'),
  Koa: (manager) =>
    new Koa()
      .use(koa.sessions(manager))
      .use(async (ctx) => {
        ctx.body = await act(ctx.session, ctx.path)
      })
      .callback(),
  Hono: (manager) => {
    const app = new Hono()
      .use(hono.sessions(manager))
      .get('*', async (c) => c.text(await act(c.get('session'), c.req.path)))
    return getRequestListener(app.fetch)
  },
  async Fastify(manager) {
    const app = createFastify()
    await app.register(fastify.sessions(manager))
    app.get('*', ({ session, url }) => act(session, url))
    await app.ready()
    return app.routing
  },
  web: (manager) => {
    const withSession = web.sessions(manager)
    return getRequestListener((request) =>
      withSession(
        request,
        async (session) => new Response(await act(session, new URL(request.url).pathname)),
      ),
    )
  },
  // There is no default handler: the application ends the response, whose status is set.
  node: (manager) => {
    const withSession = node.sessions(manager)
    return (request, response) =>
      withSession(request, response, (error) => {
        if (error) return response.end()
        const session: Session = Reflect.get(request, 'session')
        act(session, request.url ?? '').then(
          (text) => response.end(text),
          ({ status, headers }) => response.writeHead(status, headers).end(),
        )
      })
  },
}

const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'

/** A Redis at a closed port. Its address, user and password are for operators. */
function closedRedis() {
  const client = createClient({
    url: 'redis://operator:hunter2@127.0.0.1:1',
    socket: { reconnectStrategy: false },
  })
  client.on('error', () => undefined)
  client.connect().catch(() => undefined)
  return nodeRedisStore(client)
}

async function ask(serve: Serve, store: Parameters<typeof devConfig>[1]['store']) {
  const warn = vi.fn()
  const manager = createSessionManager(devConfig(secret, { store, warn }))
  const server = http.createServer(await serve(manager)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const request = (path: string, cookie = '') =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie, connection: 'close' } })
  return { request, warn }
}

test.each(Object.entries(servers))(
  '%s names nothing of it to the client, and all of it to the operator, once',
  async (_, serve) => {
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    const login = await (await ask(serve, memoryStore())).request('/login')
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const { request, warn } = await ask(serve, closedRedis())
    for (const [path, sent] of [['/read', cookie], ['/write'], ['/update']] as const) {
      const response = await request(path, sent)
      const shown = `${await response.text()} ${JSON.stringify([...response.headers])}`
      expect([path, response.status]).toEqual([path, 503])
      expect(shown).not.toMatch(/127\.0\.0\.1:1\b|hunter2|operator|ECONN|'find'|'insert'|closed/i)
      if (path !== '/update') expect(response.headers.get('retry-after')).toBe('1')
    }
    const reported = warn.mock.calls.filter(([, error]) => error instanceof SessionStoreError)
    expect(reported.map(([text]) => text)).toContainEqual(
      expect.stringMatching(/^Session error, reported once: 503 ERR_STORE_UNAVAILABLE: /),
    )
    expect(new Set(reported.map(([text]) => text)).size).toBe(reported.length)
  },
)
