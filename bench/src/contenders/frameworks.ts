import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import express, { type Express, type Request } from 'express'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { type Context, Hono } from 'hono'
import Koa, { type Context as KoaContext } from 'koa'
import type { Acts } from './handlers.ts'

/** One framework, as the contenders on it need it. */
export interface Framework<App, Request> {
  readonly name: string
  create(): App
  cookie(request: Request): string | undefined
  setCookie(request: Request, line: string): void
  /** Serves each act at its own path, and answers the port. */
  serve(app: App, acts: Acts<Request>): Promise<number>
}

export const onExpress: Framework<Express, Request> = {
  name: 'Express',
  create: () => express(),
  cookie: (request) => request.headers.cookie,
  setCookie: (request, line) => request.res?.append('Set-Cookie', line),
  serve(app, acts) {
    for (const [name, act] of Object.entries(acts))
      app.get(`/${name}`, async (request, response) => {
        response.send(String(await act(request)))
      })
    return listen(createServer(app))
  },
}

export const onKoa: Framework<Koa, KoaContext> = {
  name: 'Koa',
  create: () => new Koa(),
  cookie: (context) => context.req.headers.cookie,
  setCookie: (context, line) => context.append('Set-Cookie', line),
  serve(app, acts) {
    const byPath = new Map(Object.entries(acts).map(([name, act]) => [`/${name}`, act]))
    app.use(async (context) => {
      context.body = String(await byPath.get(context.path)?.(context))
    })
    return listen(createServer(app.callback() as RequestListener))
  },
}

/** A request of Fastify does not know its reply. A WeakMap of them would cost more collection than a session does. */
const reply: unique symbol = Symbol('reply')
type RequestWithReply = FastifyRequest & { [reply]?: FastifyReply }

export const onFastify: Framework<FastifyInstance, FastifyRequest> = {
  name: 'Fastify',
  create: () => fastify().decorateRequest(reply, undefined),
  cookie: (request) => request.headers.cookie,
  setCookie: (request: RequestWithReply, line) => request[reply]?.header('Set-Cookie', line),
  async serve(app, acts) {
    for (const [name, act] of Object.entries(acts))
      app.get(`/${name}`, async (request: RequestWithReply, itsReply) => {
        request[reply] = itsReply
        return String(await act(request))
      })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return (app.server.address() as AddressInfo).port
  },
}

export const onHono: Framework<Hono, Context> = {
  name: 'Hono',
  create: () => new Hono(),
  cookie: (context) => context.req.header('cookie'),
  setCookie: (context, line) => context.header('Set-Cookie', line, { append: true }),
  serve(app, acts) {
    for (const [name, act] of Object.entries(acts))
      app.get(`/${name}`, async (context: Context) => context.text(String(await act(context))))
    // A forgery is an error to @hono/session; errors that have a response keep it, as with Hono's own handler.
    app.onError((error, context) =>
      'getResponse' in error ? error.getResponse() : context.text('refused', 500),
    )
    return listen(createAdaptorServer({ fetch: app.fetch }) as Server)
  },
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
