// Runs the code of docs/how-to/list-devices.md on each framework: what the page says is safe.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createVisitor } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type Session, type SessionManager } from '@sojourn/core'
import { logIn } from '@sojourn/core/testing'
import { csrf, type Handler, requireSession, sessions } from '@sojourn/node'
import { memoryStore } from '@sojourn/store-memory'
import express from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeBlocks } from '../markdown.ts'

const root = join(import.meta.dirname, '../..')
const blocks = codeBlocks(join(root, 'docs/how-to/list-devices.md')).filter(
  ({ language }) => language === 'ts',
)
const names = ['login', 'devices', 'express', 'koa', 'hono', 'fastify', 'node', 'web'] as const
const folder = mkdtempSync(join(import.meta.dirname, '.list-devices-'))

const store = memoryStore()
const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
const manager = createSessionManager(devConfig(secret, { store, warn: () => undefined }))
const app = express()

beforeAll(() => {
  expect(blocks).toHaveLength(names.length)
  for (const [index, name] of names.entries())
    writeFileSync(join(folder, `${name}.ts`), String(blocks[index]?.code.join('\n')))
  Object.assign(globalThis, { manager, app }) // as tools/docs-prelude.d.ts declares them
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  for (const name of ['manager', 'app']) Reflect.deleteProperty(globalThis, name)
  await manager.close()
})

/** What the blocks export. */
interface Exported {
  readonly site: {
    callback(): RequestListener
    fetch(request: Request): Promise<Response>
    ready(): Promise<unknown>
    readonly routing: RequestListener
  }
  readonly devices: never
  logOut(manager: SessionManager, session: Session, which: string): Promise<string>
}

const load = (name: string): Promise<Exported> =>
  import(/* @vite-ignore */ join(folder, `${name}.ts`))

/** The application of each block, as a listener of node:http. */
const listeners: Record<string, () => Promise<RequestListener>> = {
  async express() {
    await load('express')
    return app
  },
  koa: async () => (await load('koa')).site.callback(),
  hono: async () => getRequestListener((await load('hono')).site.fetch),
  async fastify() {
    const { site } = await load('fastify')
    await site.ready()
    return site.routing
  },
  async node() {
    const { devices } = await load('node')
    return nodeListener(manager, devices)
  },
  web: async () => getRequestListener((await load('web')).devices),
}

/** A handler behind the steps that the page names, as examples/node/app.ts has them. */
function nodeListener(
  sessionManager: SessionManager,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): RequestListener {
  const steps: Handler<IncomingMessage, ServerResponse>[] = [
    sessions(sessionManager),
    csrf(),
    requireSession({ redirectTo: '/log-in' }),
  ]
  const run = (step: (typeof steps)[number], request: IncomingMessage, response: ServerResponse) =>
    new Promise<void>((resolve, reject) => {
      step(request, response, (error) => (error === undefined ? resolve() : reject(error)))
    })
  return async (request, response) => {
    try {
      for (const step of steps) await run(step, request, response)
      await handle(request, response)
    } catch (error) {
      response.statusCode = Object(error).status ?? 500
      response.end()
    }
  }
}

test.each(Object.keys(listeners))(
  'the page of %s lists and ends own devices only',
  async (name) => {
    const server = createServer(await listeners[name]?.())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const send = (path: string, headers: Record<string, string>, method = 'POST') =>
      fetch(`${url}${path}`, { method, headers, redirect: 'manual' })
    const live = async (userId: string) => (await manager.sessions(userId)).map(({ id }) => id)
    try {
      const client = { name: '<b>Firefox</b>' }
      const [here, phone, tablet] = [
        await logIn(manager, 'ada', { client }),
        await logIn(manager, 'ada'),
        await logIn(manager, 'ada'),
      ]
      const bob = await logIn(manager, 'bob')

      const page = await (await send('/devices', here.headers, 'GET')).text()
      for (const { id } of [here, phone, tablet]) expect(page).toContain(id)
      expect(page).not.toContain(bob.id)
      expect(page).not.toContain(client.name)
      expect(page.split('(this device)')).toHaveLength(2)

      const visitor = await send('/devices', {}, 'GET')
      expect(visitor.headers.get('location')).toContain('/log-in')
      const foreign = {
        ...here.headers,
        'sec-fetch-site': 'cross-site',
        origin: 'https://evil.example',
      }
      for (const which of [phone.id, 'others', 'all'])
        expect((await send(`/devices/log-out/${which}`, foreign)).status).toBe(403)
      for (const which of [bob.id, 'ada', 'constructor', `${bob.id}.${bob.id}`])
        expect((await send(`/devices/log-out/${which}`, here.headers)).status).toBe(303)
      expect(await live('bob')).toEqual([bob.id])
      expect(await live('ada')).toHaveLength(3)

      const one = await send(`/devices/log-out/${phone.id}`, here.headers)
      expect(one.headers.get('location')).toBe('/devices')
      expect((await live('ada')).sort()).toEqual([here.id, tablet.id].sort())
      await send('/devices/log-out/others', here.headers)
      expect(await live('ada')).toEqual([here.id])
      await logIn(manager, 'ada')
      const all = await send('/devices/log-out/all', here.headers)
      expect(all.headers.get('location')).toBe('/goodbye')
      expect(all.headers.getSetCookie().join()).toContain('Max-Age=0')
      expect(await live('ada')).toEqual([])

      const next = await logIn(manager, 'ada')
      const own = await send(`/devices/log-out/${next.id}`, next.headers)
      expect(own.headers.getSetCookie().join()).toContain('Max-Age=0')
      expect(await live('ada')).toEqual([])
      await manager.revokeAll('bob')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  },
)

test("who acts as the user ends none of the user's sessions by the page", async () => {
  const { logOut } = await load('devices')
  const config = devConfig(secret, { store, acting: true, warn: () => undefined })
  const support = createSessionManager(config)
  const { id } = await logIn(support, 'cay')
  const sue = createVisitor(support)
  await sue.request((session) => session.login('sue'))
  await sue.request((session) => session.actAs('cay'))
  await sue.request(async (session) => {
    for (const which of [id, 'others', 'all', session.id])
      await expect(logOut(support, session, which)).rejects.toMatchObject({ status: 403 })
  })
  expect(await support.sessions('cay')).toHaveLength(2)
  for (const userId of ['cay', 'sue']) await support.revokeAll(userId)
})
