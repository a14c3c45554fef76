import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Tracer } from '@opentelemetry/api'
import type { Jar, TestData } from '@sojourn/conformance/testing'
import type { Session, SessionManager } from '@sojourn/core'
import * as onExpress from '@sojourn/express'
import * as onFastify from '@sojourn/fastify'
import * as onHono from '@sojourn/hono'
import * as onKoa from '@sojourn/koa'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'

/** What the application does at each path. */
const routes: Readonly<Record<string, (session: Session<TestData>) => unknown>> = {
  '/': () => undefined,
  '/view': (session) => session.userId,
  '/count': ({ data }) => {
    data['n'] = Number(data['n'] ?? 0) + 1
  },
  '/update': (session) =>
    session.update((data) => {
      data['n'] = 7
    }),
  '/log-in': (session) => session.login('ada@example.com'),
  '/rotate': (session) => session.rotate(),
  '/log-out': (session) => session.destroy(),
}

/** A server with these routes. A span of the test is around each request, as the instrumentation of HTTP makes one. */
export interface TestServer {
  /** Requests a path with the cookies of the jar, which takes those of the response. Returns the status. */
  get(path: string, jar: Jar): Promise<number>
  close(): Promise<void>
}

type Serve = (manager: SessionManager<TestData>, tracer: Tracer) => Promise<TestServer>

/** The same application on each framework. */
export const servers: Readonly<Record<string, Serve>> = {
  async Express(manager, tracer) {
    const app = express().use(onExpress.sessions(manager))
    for (const [path, handle] of Object.entries(routes))
      app.get(path, async ({ session }, res) => {
        await tracer.startActiveSpan('handler', async (span) => {
          await handle(session as Session<TestData>)
          span.end()
        })
        res.send('ok')
      })
    const handleError: express.ErrorRequestHandler = (error, _req, res, _next) => {
      res.status(error.status ?? 500).send('failed')
    }
    return serve(app.use(handleError), tracer)
  },
  async Fastify(manager, tracer) {
    const app = Fastify()
    await app.register(onFastify.sessions(manager))
    for (const [path, handle] of Object.entries(routes))
      app.get(path, async ({ session }) => {
        await tracer.startActiveSpan('handler', async (span) => {
          await handle(session as Session<TestData>)
          span.end()
        })
        return 'ok'
      })
    await app.ready()
    return serve((req, res) => void app.routing(req, res), tracer)
  },
  async Hono(manager, tracer) {
    const app = new Hono<onHono.SessionEnv<TestData>>().use(onHono.sessions(manager))
    for (const [path, handle] of Object.entries(routes))
      app.get(path, async (c) => {
        await tracer.startActiveSpan('handler', async (span) => {
          await handle(c.get('session'))
          span.end()
        })
        return c.text('ok')
      })
    return serve(getRequestListener(app.fetch), tracer)
  },
  async Koa(manager, tracer) {
    const app = new Koa().use(onKoa.sessions(manager)).use(async (ctx) => {
      await tracer.startActiveSpan('handler', async (span) => {
        await routes[ctx.path]?.(ctx.session as Session<TestData>)
        span.end()
      })
      ctx.body = 'ok'
    })
    app.silent = true
    return serve(app.callback(), tracer)
  },
}

async function serve(app: RequestListener, tracer: Tracer): Promise<TestServer> {
  const server = createServer((req, res) => {
    tracer.startActiveSpan('request', (span) => {
      res.on('close', () => span.end())
      app(req, res)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    async get(path, jar) {
      const headers = jar.header === undefined ? {} : { cookie: jar.header }
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
      await response.text()
      jar.take(response.headers.getSetCookie())
      return response.status
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
