import { randomBytes } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import secureSession from '@fastify/secure-session'
import { createJar } from '@sojourn/conformance/testing'
import cookieSession from 'cookie-session'
import cookieSession1 from 'cookie-session-1'
import express from 'express'
import fastify, { type FastifyInstance } from 'fastify'
import fastify4 from 'fastify-4'
import { getIronSession, type SessionOptions } from 'iron-session'
import { getIronSession as getIronSession8 } from 'iron-session-8'
import Koa from 'koa'
import koaSession, { type CreateSessionOptions } from 'koa-session'
import koaSession6 from 'koa-session-6'
import secureSession7 from 'secure-session-7'

/** An application as it was before the migration, with the session library in question, on a real server. */
export interface OldApp {
  /**
   * Makes a request that assigns `set` to the session, if given. Returns the cookies that the browser has then, as a Cookie
   * header, and the session's data as the handler sees it.
   */
  visit(set?: object, cookie?: string): Promise<{ readonly cookie: string; readonly data: unknown }>
  close(): Promise<void>
}

/** Returns a client of an application that listens at a port of 127.0.0.1. */
function client(port: number, close: () => Promise<void>): OldApp {
  return {
    async visit(set, cookie) {
      const jar = createJar(cookie)
      const query = set ? `?set=${encodeURIComponent(JSON.stringify(set))}` : ''
      const headers = cookie === undefined ? {} : { cookie }
      const response = await fetch(`http://127.0.0.1:${port}/${query}`, { headers })
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
      jar.take(response.headers.getSetCookie())
      return { cookie: jar.header ?? '', data: await response.json() }
    },
    close,
  }
}

async function serve(listener: RequestListener): Promise<OldApp> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return client((server.address() as AddressInfo).port, async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
}

/** Returns what a request asks to be assigned to the session. */
function toSet(url = ''): Record<string, unknown> {
  return JSON.parse(new URL(url, 'http://old').searchParams.get('set') ?? '{}')
}

const cookieSessions = { 2: cookieSession, 1: cookieSession1 }

/** An Express application with cookie-session. */
export function cookieSessionApp(
  version: keyof typeof cookieSessions,
  options: CookieSessionInterfaces.CookieSessionOptions,
): Promise<OldApp> {
  const app = express()
  app.use(cookieSessions[version](options))
  app.use((req, res) => {
    Object.assign(req.session ?? {}, toSet(req.url))
    res.json(req.session)
  })
  return serve(app)
}

const koaSessions = { 7: koaSession, 6: koaSession6 }

/** A Koa application with koa-session. */
export function koaSessionApp(
  version: keyof typeof koaSessions,
  options: CreateSessionOptions,
  keys: Koa['keys'],
): Promise<OldApp> {
  const app = new Koa()
  app.keys = keys
  app.use(koaSessions[version](options, app))
  app.use((ctx) => {
    Object.assign(ctx.session ?? {}, toSet(ctx.url))
    ctx.body = ctx.session?.toJSON()
  })
  return serve(app.callback())
}

type GetIronSession = (
  req: IncomingMessage,
  res: ServerResponse,
  options: SessionOptions,
) => Promise<{ save(): Promise<void> }>

const ironSessions: Readonly<Record<8 | 9, GetIronSession>> = {
  9: getIronSession,
  8: getIronSession8,
}

/** A plain server with iron-session. */
export function ironSessionApp(version: 8 | 9, options: SessionOptions): Promise<OldApp> {
  return serve(async (req, res) => {
    const session = await ironSessions[version](req, res, options)
    const changes = toSet(req.url)
    if (Object.keys(changes).length > 0) await Object.assign(session, changes).save()
    res.end(JSON.stringify(session))
  })
}

const secureSessions = { 8: secureSession, 7: secureSession7 }

/** A Fastify application with \@fastify/secure-session: Fastify 5 with version 8, Fastify 4 with version 7. */
export async function secureSessionApp(
  version: keyof typeof secureSessions,
  options: secureSession.SecureSessionPluginOptions,
): Promise<OldApp> {
  const app = version === 8 ? fastify() : (fastify4() as unknown as FastifyInstance)
  await app.register(secureSessions[version], options)
  app.get('/', (request, reply) => {
    const session = request.session as unknown as secureSession.Session // @fastify/session declares it too
    for (const [key, value] of Object.entries(toSet(request.url)))
      session.set(key as never, value as never)
    void reply.send(session.data())
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return client((app.server.address() as AddressInfo).port, () => app.close())
}

/** Returns a secret of 32 random bytes, as text. */
export const secret = () => randomBytes(32).toString('base64url')
