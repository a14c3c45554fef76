import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type Session, type SessionEvents } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { type Handler, sessions } from '@sojourn/node'
import { Server } from 'socket.io'
import { io as connectTo } from 'socket.io-client'
import { describe, expect, onTestFinished, test } from 'vitest'

type Request = IncomingMessage & { session: Session }
type Socket = Parameters<Parameters<Server['use']>[0]>[0]

/** How an application gives sessions to Socket.IO. */
type Mount = (io: Server, handler: Handler<IncomingMessage, never>) => void

/** As Socket.IO documents it for express-session, since version 4.6. */
const byEngine: Mount = (io, handler) => void io.engine.use(handler)

/** As applications did before: middleware of a socket has no response. */
const bySocket: Mount = (io, handler) =>
  void io.use((socket, next) => handler(socket.request, {} as never, next as () => void))

async function stage(mount: Mount) {
  const broken = { store: false }
  const backend = referenceBackend()
  const { find } = backend
  backend.find = (...args) =>
    broken.store ? Promise.reject(new Error('ECONNREFUSED')) : Reflect.apply(find, backend, args)
  const store = keyedStore(backend)
  const manager = createSessionManager(devConfig(randomBytes(32), { store, warn: () => undefined }))
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  const withSession = sessions(manager)
  const server = createServer((request, response) =>
    withSession(request, response, () => {
      void (request as Request).session.login('ann').then(() => response.end())
    }),
  )
  const io = new Server(server)
  mount(io, withSession)
  io.use(async (socket, next) => {
    const watch = await manager.watch(socket.request.headers)
    watch.ended.then(() => socket.disconnect(true))
    socket.on('disconnect', () => watch.close())
    next()
  })
  io.on('connection', (socket) => listenTo(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void io.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const login = await fetch(url)
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const connect = (transports: string[], headers: Record<string, string> = { cookie }) => {
    const socket = connectTo(url, { transports, extraHeaders: headers, reconnection: false })
    onTestFinished(() => void socket.disconnect())
    return socket
  }
  return { manager, discarded, cookie, connect, broken }
}

function listenTo(socket: Socket): void {
  const { session } = socket.request as Request
  const respond = (event: string, act: () => unknown) =>
    socket.on(event, async (reply: (outcome: unknown) => void) => {
      try {
        reply((await act()) ?? 'fine')
      } catch (error) {
        reply(Object(error).code)
      }
    })
  respond('who', () => [session.userId, session.data])
  respond('update', () => session.update((data) => void Object.assign(data, { n: 1 })))
  respond('login', () => session.login('bob'))
  respond('rotate', () => session.rotate())
  respond('change', async () => {
    const { data } = session
    await turn()
    Object.assign(data, { n: 2 })
  })
}

const transports = [
  ['WebSocket', ['websocket']],
  ['polling', ['polling']],
  ['polling, upgraded', ['polling', 'websocket']],
] as const
const mounts = [
  ['io.engine.use', byEngine],
  ['io.use without a response', bySocket],
] as const

describe.each(mounts)('%s', (_, mount) => {
  describe.each(transports)('%s', (_, given) => {
    test('reads and updates a session, and cannot log a user out', async () => {
      const { connect, manager, cookie } = await stage(mount)
      const socket = connect([...given])
      expect(await socket.emitWithAck('who')).toEqual(['ann', {}])
      expect(await socket.emitWithAck('update')).toBe('fine')
      expect(await socket.emitWithAck('login')).toBe('ERR_SESSION_LATE')
      expect(await socket.emitWithAck('rotate')).toBe('ERR_SESSION_LATE')
      const { userId, data } = await manager.read({ cookie })
      expect([userId, data]).toEqual(['ann', { n: 1 }])
    })

    test('a visitor is nobody, and gets no session', async () => {
      const { connect } = await stage(mount)
      const socket = connect([...given], {})
      expect(await socket.emitWithAck('who')).toEqual([null, {}])
      expect(await socket.emitWithAck('update')).toBe('ERR_SESSION_LATE')
    })

    test('the socket ends with its session', async () => {
      const { connect, manager } = await stage(mount)
      const socket = connect([...given])
      const disconnected = new Promise((resolve) => socket.once('disconnect', resolve))
      await socket.emitWithAck('who')
      await manager.revokeAll('ann')
      expect(await disconnected).toMatch(/disconnect|close/)
    })
  })

  test('data that a socket changes is reported, at the latest when it closes', async () => {
    const { connect, discarded } = await stage(mount)
    const socket = connect(['websocket'])
    await socket.emitWithAck('change')
    socket.disconnect()
    while (discarded.length === 0) await turn()
    expect(discarded).toEqual([{ what: 'changes', why: 'late', id: expect.any(String) }])
  })

  test('a store that is down refuses the connection', async () => {
    const { connect, broken } = await stage(mount)
    broken.store = true
    for (const transport of ['websocket', 'polling']) {
      const socket = connect([transport])
      await new Promise((resolve) => socket.once('connect_error', resolve))
    }
  })
})
