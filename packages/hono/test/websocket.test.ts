import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { serve, upgradeWebSocket } from '@hono/node-server'
import type { Session } from '@sojourn/core'
import { requireSession, sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { makeManager, type TestData } from './support.ts'

type Act = (session: Session<TestData>, said: string) => unknown

/** An application of Hono on Node, with the socket /socket, for everyone, and /private, for users. */
async function stage(act: Act) {
  const { manager, discarded } = makeManager()
  const app = new Hono()
    .use(sessions(manager))
    .get('/login', async (c) => {
      await c.get('session').login('ann')
      return c.text('fine')
    })
    .use('/private', requireSession())
    .on(
      'GET',
      ['/socket', '/private'],
      upgradeWebSocket((c) => ({
        async onMessage({ data }, socket) {
          try {
            socket.send(JSON.stringify((await act(c.get('session'), String(data))) ?? 'fine'))
          } catch (error) {
            socket.send(JSON.stringify(Object(error).code ?? String(error)))
          }
        },
      })),
    )
  const server = serve({
    fetch: app.fetch,
    hostname: '127.0.0.1',
    port: 0,
    websocket: { server: new WebSocketServer({ noServer: true }) as never },
  }) as Server
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const login = await fetch(`http://${address}/login`)
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const connect = (path = '/socket', headers: Record<string, string> = { cookie }) =>
    new WebSocket(`ws://${address}${path}`, { headers })
  return { manager, discarded, cookie, connect }
}

async function say(socket: WebSocket, said: string): Promise<unknown> {
  if (socket.readyState === WebSocket.CONNECTING) await once(socket, 'open')
  const answer = once(socket, 'message')
  socket.send(said)
  return JSON.parse(String((await answer)[0]))
}

const act: Act = (session, said) => {
  if (said === 'who') return [session.userId, session.data]
  if (said === 'login') return session.login('bob')
  if (said === 'rotate') return session.rotate()
  if (said === 'update') return session.update((data) => void Object.assign(data, { n: 1 }))
  return 'unknown'
}

test('a handler of a socket reads and updates its session, and cannot log the user out', async () => {
  const { connect, manager, cookie } = await stage(act)
  const socket = connect()
  expect(await say(socket, 'who')).toEqual(['ann', {}])
  expect(await say(socket, 'update')).toBe('fine')
  expect(await say(socket, 'login')).toBe('ERR_SESSION_LATE')
  expect(await say(socket, 'rotate')).toBe('ERR_SESSION_LATE')
  expect(await manager.sessions('bob')).toEqual([])
  const { userId, data } = await manager.read({ cookie })
  expect([userId, data]).toEqual(['ann', { n: 1 }])
  socket.terminate()
})

test('data changed in a socket is reported, at the latest when it closes', async () => {
  const { connect, discarded, manager, cookie } = await stage(async ({ data }, said) => {
    await turn()
    data.n = Number(said)
  })
  const socket = connect()
  expect(await say(socket, '7')).toBe('fine')
  socket.close()
  while (discarded.length === 0) await turn()
  expect(discarded).toEqual([{ what: 'changes', why: 'late', id: expect.any(String) }])
  expect((await manager.read({ cookie })).data).toEqual({})
})

test('what the middleware of an upgrade would write is late too', async () => {
  const { manager } = makeManager()
  const codes: unknown[] = []
  const app = new Hono().use(sessions(manager)).get('/', async (c) => {
    const session = c.get('session')
    await session.login('ann').catch(({ code }) => codes.push(code))
    return c.text('fine')
  })
  const upgrade = { upgrade: 'websocket', 'sec-websocket-key': 'x3JJHMbDL1EzLkh9GBhXDw==' }
  const { headers } = await app.request('/', { headers: upgrade }) // as Bun, Deno and Workers pass it
  expect([codes, headers.getSetCookie()]).toEqual([['ERR_SESSION_LATE'], []])
  expect(await manager.sessions('ann')).toEqual([])
  const plain = await app.request('/', { headers: { upgrade: 'h2c' } })
  expect(plain.headers.getSetCookie()).toHaveLength(1)
})

test('a guard refuses the upgrade of a visitor with 401, and lets a user in', async () => {
  const { connect } = await stage(act)
  const [, refused] = await once(connect('/private', {}), 'unexpected-response')
  expect(refused.statusCode).toBe(401)
  const socket = connect('/private')
  expect(await say(socket, 'who')).toEqual(['ann', {}])
  socket.terminate()
})
