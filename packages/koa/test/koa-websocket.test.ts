import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { Session } from '@sojourn/core'
import { sessions } from '@sojourn/koa'
import Koa from 'koa'
import koaWebsocket from 'koa-websocket'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { makeManager } from './support.ts'

type Act = (session: Session, said: string) => unknown

/** An application of koa-websocket, whose sockets run an act for each message and send its outcome. */
async function stage(act: Act) {
  const { manager, discarded } = makeManager()
  const app = koaWebsocket(new Koa() as never)
  const middleware = sessions(manager) as never
  app.use(middleware)
  app.use(async ({ path, session, ...ctx }) => {
    if (path === '/login') await session.login('ann')
    Object.assign(ctx, { body: 'fine' })
  })
  app.ws.use(middleware)
  app.ws.use(async ({ websocket, session }) => {
    websocket.on('message', async (said) => {
      try {
        websocket.send(JSON.stringify((await act(session, String(said))) ?? 'fine'))
      } catch (error) {
        websocket.send(JSON.stringify(Object(error).code ?? String(error)))
      }
    })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const login = await fetch(`http://${address}/login`)
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const connect = async (headers: Record<string, string> = { cookie }) => {
    const socket = new WebSocket(`ws://${address}`, { headers })
    await once(socket, 'open')
    return socket
  }
  return { manager, discarded, cookie, connect }
}

async function say(socket: WebSocket, said: string): Promise<unknown> {
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

test('koa-websocket, which has no response, reads and updates a session and cannot log a user out', async () => {
  const { connect, manager, cookie } = await stage(act)
  const socket = await connect()
  expect(await say(socket, 'who')).toEqual(['ann', {}])
  expect(await say(socket, 'update')).toBe('fine')
  expect(await say(socket, 'login')).toBe('ERR_SESSION_LATE')
  expect(await say(socket, 'rotate')).toBe('ERR_SESSION_LATE')
  expect(await manager.sessions('bob')).toEqual([])
  const { userId, data } = await manager.read({ cookie })
  expect([userId, data]).toEqual(['ann', { n: 1 }])
  socket.terminate()
})

test('data changed in a socket of koa-websocket is reported, at the latest when it closes', async () => {
  const { connect, discarded, manager, cookie } = await stage(async ({ data }, said) => {
    await turn()
    data.n = Number(said)
  })
  const socket = await connect()
  expect(await say(socket, '7')).toBe('fine')
  socket.close()
  while (discarded.length === 0) await turn()
  expect(discarded).toEqual([{ what: 'changes', why: 'late', id: expect.any(String) }])
  expect((await manager.read({ cookie })).data).toEqual({})
})
