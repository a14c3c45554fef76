import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import websocket, { type WebSocket as Socket } from '@fastify/websocket'
import type { Session } from '@sojourn/core'
import { requireSession, sessions } from '@sojourn/fastify'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { closing, makeManager } from './support.ts'

type Act = (session: Session, said: string) => unknown

/** Runs an act for each message, and sends its outcome as JSON. */
function run(socket: Socket, session: Session, act: Act): void {
  socket.on('message', async (said) => {
    try {
      socket.send(JSON.stringify((await act(session, String(said))) ?? 'fine'))
    } catch (error) {
      socket.send(JSON.stringify(Object(error).code ?? String(error)))
    }
  })
}

/** An application with the socket /socket, for everyone, and /private, for users. */
async function stage(act: Act) {
  const { manager, control, discarded } = makeManager()
  const app = closing(fastify({ forceCloseConnections: true }))
  await app.register(websocket)
  await app.register(sessions(manager))
  app.get('/login', ({ session }) => session.login('ann'))
  app.get('/who', async ({ session }) => [session.userId, session.data])
  app.get('/socket', { websocket: true }, (socket, { session }) => run(socket, session, act))
  app.get('/private', { websocket: true, preHandler: requireSession() }, (socket) => {
    socket.close(4000, 'in')
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const login = await fetch(`${url}/login`)
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const who = async () => (await fetch(`${url}/who`, { headers: { cookie } })).json()
  const connect = (path = '/socket', headers: Record<string, string> = { cookie }) =>
    new WebSocket(url.replace('http', 'ws') + path, { headers })
  return { app, manager, control, discarded, cookie, who, connect }
}

async function say(socket: Pick<WebSocket, 'once' | 'send' | 'readyState'>, said: string) {
  if (socket.readyState === WebSocket.CONNECTING) await once(socket as WebSocket, 'open')
  const answer = once(socket as WebSocket, 'message')
  socket.send(said)
  return JSON.parse(String((await answer)[0])) as unknown
}

const act: Act = (session, said) => {
  if (said === 'who') return [session.userId, session.data]
  if (said === 'login') return session.login('bob')
  if (said === 'rotate') return session.rotate()
  if (said === 'destroy') return session.destroy()
  if (said === 'token') return session.csrfToken()
  if (said === 'update') return session.update((data) => void Object.assign(data, { n: 1 }))
  return 'unknown'
}

test('a handler of a socket reads and updates its session, and cannot log the user out', async () => {
  const { connect, who, control } = await stage(act)
  const socket = connect()
  expect(await say(socket, 'who')).toEqual(['ann', {}])
  expect(await say(socket, 'update')).toBe('fine')
  control.calls.length = 0
  expect(await say(socket, 'login')).toBe('ERR_SESSION_LATE')
  expect(await say(socket, 'rotate')).toBe('ERR_SESSION_LATE')
  expect(control.calls).toEqual([])
  expect(await who()).toEqual(['ann', { n: 1 }])
  socket.terminate()
})

test('a visitor gets no session from a socket', async () => {
  const { connect, control } = await stage(act)
  control.calls.length = 0
  const socket = connect('/socket', {})
  for (const said of ['update', 'token', 'login'])
    expect(await say(socket, said)).toBe('ERR_SESSION_LATE')
  expect(control.calls).toEqual([])
  socket.terminate()
})

test('destroy in a socket ends the session', async () => {
  const { connect, who, manager, cookie } = await stage(act)
  const socket = connect()
  expect(await say(socket, 'destroy')).toBe('fine')
  expect((await manager.read({ cookie })).ended).toBe('logout')
  expect(await who()).toEqual([null, {}])
  socket.terminate()
})

test('data changed in a socket is reported, at the latest when it closes', async () => {
  const { connect, discarded, who } = await stage(async ({ data }, said) => {
    await turn() // a reference that is kept over an await
    data.n = Number(said)
  })
  const socket = connect()
  expect(await say(socket, '7')).toBe('fine')
  socket.close()
  while (discarded.length === 0) await turn()
  expect(discarded).toEqual([{ what: 'changes', why: 'late', id: expect.any(String) }])
  expect(await who()).toEqual(['ann', {}])
})

test('a guard refuses the upgrade of a visitor with 401, and lets a user in', async () => {
  const { connect } = await stage(act)
  const [, refused] = await once(connect('/private', {}), 'unexpected-response')
  expect(refused.statusCode).toBe(401)
  const [code] = await once(connect('/private'), 'close')
  expect(code).toBe(4000)
})

test('a store that is down refuses the upgrade with 503', async () => {
  const { connect, control } = await stage(act)
  control.fail('find')
  const [, refused] = await once(connect(), 'unexpected-response')
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '1'])
})

test('a socket of injectWS, which Node has not parsed, counts as sent too', async () => {
  const { app, cookie } = await stage(act)
  const socket = await app.injectWS('/socket', { headers: { cookie } })
  expect(await say(socket as never, 'who')).toEqual(['ann', {}])
  expect(await say(socket as never, 'rotate')).toBe('ERR_SESSION_LATE')
  socket.terminate()
})
