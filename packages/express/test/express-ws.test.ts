import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type SessionEvents } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { requireSession, sessions } from '@sojourn/express'
import express from 'express'
import expressWs from 'express-ws'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { secret, watchFaults } from './support.ts'

watchFaults()

type OnSocket = Parameters<expressWs.Application['ws']>[1]

/** An application of express-ws whose socket at /socket runs a handler. */
async function stage(handle: OnSocket) {
  const control = controlledBackend()
  const store = keyedStore(control.backend)
  const manager = createSessionManager(devConfig(secret, { store, warn: () => undefined }))
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  const { app } = expressWs(express() as unknown as expressWs.Application)
  app.set('env', 'test')
  app.use(sessions(manager) as never)
  app.get('/login', (req, res, next) => {
    req.session.login('ann').then(() => res.end(), next)
  })
  app.get('/who', (req, res) => void res.json([req.session.userId, req.session.data]))
  app.ws('/socket', handle)
  app.use('/private', requireSession() as never)
  app.ws('/private/socket', (socket) => socket.close(4000, 'in'))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const login = await fetch(`http://${address}/login`)
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const who = async () => (await fetch(`http://${address}/who`, { headers: { cookie } })).json()
  const connect = (path = '/socket', headers: Record<string, string> = { cookie }) =>
    new WebSocket(`ws://${address}${path}`, { headers })
  return { connect, who, discarded, control, manager, cookie }
}

/** Runs acts one after the other, and sends their outcomes as JSON. */
const running =
  (act: (session: Express.Request['session'], said: string) => unknown): OnSocket =>
  (socket, req) => {
    socket.on('message', async (said) => {
      try {
        socket.send(JSON.stringify((await act(req.session, String(said))) ?? 'fine'))
      } catch (error) {
        socket.send(JSON.stringify(Object(error).code ?? String(error)))
      }
    })
  }

async function say(socket: WebSocket, said: string): Promise<unknown> {
  if (socket.readyState === WebSocket.CONNECTING) await once(socket, 'open')
  const answer = once(socket, 'message')
  socket.send(said)
  return JSON.parse(String((await answer)[0]))
}

const acts = running((session, said) => {
  if (said === 'who') return [session.userId, session.data]
  if (said === 'login') return session.login('bob')
  if (said === 'rotate') return session.rotate()
  if (said === 'destroy') return session.destroy()
  if (said === 'token') return session.csrfToken()
  if (said === 'update') return session.update((data) => void Object.assign(data, { n: 1 }))
  return 'unknown'
})

test('a handler of a socket reads and updates its session, and cannot log the user out', async () => {
  const { connect, who, control } = await stage(acts)
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
  const { connect, control } = await stage(acts)
  control.calls.length = 0
  const socket = connect('/socket', {})
  for (const said of ['update', 'token', 'login'])
    expect(await say(socket, said)).toBe('ERR_SESSION_LATE')
  expect(control.calls).toEqual([])
  socket.terminate()
})

test('destroy in a socket ends the session', async () => {
  const { connect, who, manager, cookie } = await stage(acts)
  const socket = connect()
  expect(await say(socket, 'destroy')).toBe('fine')
  expect((await manager.read({ cookie })).ended).toBe('logout')
  expect(await who()).toEqual([null, {}])
  socket.terminate()
})

test('data changed in a socket is reported, at the latest when it closes', async () => {
  const { connect, discarded, who } = await stage(
    running(async ({ data }, said) => {
      await turn() // a reference that is kept over an await
      data.n = Number(said)
    }),
  )
  const socket = connect()
  expect(await say(socket, '7')).toBe('fine')
  socket.close()
  while (discarded.length === 0) await turn()
  expect(discarded).toEqual([{ what: 'changes', why: 'late', id: expect.any(String) }])
  expect(await who()).toEqual(['ann', {}])
})

test('a guard closes the socket of a visitor, and lets a user in', async () => {
  const { connect } = await stage(acts)
  const codes = async (headers?: Record<string, string>) =>
    (await once(connect('/private/socket', headers), 'close'))[0]
  expect(await codes({})).toBe(1005)
  expect(await codes()).toBe(4000)
})

test('a store that is down closes the socket', async () => {
  const { connect, control } = await stage(acts)
  control.fail('find')
  const [code] = await once(connect(), 'close')
  expect(code).toBe(1005)
})
