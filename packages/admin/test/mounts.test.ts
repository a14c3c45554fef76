import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { afterEach, describe, expect, test } from 'vitest'
import type { AdminHandler } from '../src/index.ts'
import { linesOf, testPage } from './support.ts'

type Mount = (handle: AdminHandler) => RequestListener | Promise<RequestListener>

/** As in docs/how-to/run-the-admin-page.md. */
const mounts: Readonly<Record<string, Mount>> = {
  'node:http': (page) => getRequestListener(page),
  Express: (page) => express().all('/admin', getRequestListener(page)),
  'Express, below a path that it cuts off': (page) =>
    express().use('/admin', getRequestListener(page)),
  Koa: (page) => {
    const listener = getRequestListener(page)
    const app = new Koa().use(async (ctx, next) => {
      if (ctx.path !== '/admin') return next()
      ctx.respond = false
      await listener(ctx.req, ctx.res)
    })
    return app.callback()
  },
  Hono: (page) => getRequestListener(new Hono().all('/admin', (c) => page(c.req.raw)).fetch),
  async Fastify(page) {
    const listener = getRequestListener(page)
    const app = Fastify()
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _body, done) => done(null)) // the page reads it
      scope.all('/admin', (request, reply) => {
        reply.hijack()
        return listener(request.raw, reply.raw)
      })
    })
    await app.ready()
    return (request, response) => app.routing(request, response)
  },
}

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0)
  closers.push(() => server.close().closeAllConnections())
  await once(server, 'listening')
  return `http://localhost:${(server.address() as AddressInfo).port}/admin`
}

describe.each(Object.entries(mounts))('on %s', (_name, mount) => {
  test('the page, its script and its API are there, and a change is made', async () => {
    const { handle, logIn, manager } = testPage()
    const url = await serve(await mount(handle))
    const id = await logIn('ada')
    const page = await fetch(url)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const [script] = (await page.text()).match(/(?<=src=")[^"]+/) ?? []
    const code = await fetch(new URL(script?.replaceAll('&amp;', '&') ?? '', url))
    expect(code.headers.get('content-type')).toContain('javascript')
    expect((await linesOf(await fetch(`${url}?api=scan`))).at(-1)).toMatchObject({
      done: { scanned: 1 },
    })
    const send = (headers: Record<string, string>) =>
      fetch(`${url}?api=revoke`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ id }),
      })
    expect((await send({ origin: 'https://evil.example' })).status).toBe(403)
    expect(await manager.sessions('ada')).toHaveLength(1)
    expect(await (await send({ origin: new URL(url).origin })).json()).toEqual({ wasAlive: true })
    expect(await manager.sessions('ada')).toEqual([])
  })

  test('a search ends when its client leaves, although it has found nothing yet', async () => {
    const { handle, manager } = testPage()
    const url = await serve(await mount(handle))
    let begin = (_signal: AbortSignal) => {}
    const begun = new Promise<AbortSignal>((resolve) => {
      begin = resolve
    })
    manager.scan = ({ signal = AbortSignal.abort() } = {}) => ({
      unreadable: 0,
      // biome-ignore lint/correctness/useYield: it finds nothing
      async *[Symbol.asyncIterator]() {
        begin(signal)
        if (!signal.aborted) await once(signal, 'abort')
      },
    })
    const client = new AbortController()
    const leaving = fetch(`${url}?api=scan&text=x`, { signal: client.signal }).catch(() => 'left')
    const signal = await begun
    client.abort()
    await leaving
    if (!signal.aborted) await once(signal, 'abort')
  })
})
