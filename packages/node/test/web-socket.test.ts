import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type Session } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { sessions } from '@sojourn/node'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

/** A server that logs in by HTTP and admits logged-in users to a WebSocket that echoes. */
async function stage() {
  const clock = { now: Date.UTC(2026, 10, 25) }
  const { backend, calls } = controlledBackend()
  const store = keyedStore(backend)
  const manager = createSessionManager(
    devConfig(randomBytes(32), { store, clock: () => clock.now, warn: () => undefined }),
  )
  const withSession = sessions(manager)
  const server = createServer((request: IncomingMessage & { session?: Session }, response) =>
    withSession(request, response, () => {
      void request.session?.login('ann').then(() => response.end())
    }),
  )
  const sockets = new WebSocketServer({ noServer: true })
  const admit = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const watch = await manager.watch(request.headers)
    if (watch.session.userId === undefined) {
      watch.close()
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    }
    sockets.handleUpgrade(request, socket, head, (open) => {
      void watch.ended.then((why) => open.close(4401, why))
      open.on('close', () => watch.close())
      open.on('message', (said) => void watch.keepAlive().then(() => open.send(String(said))))
    })
  }
  server.on('upgrade', (request, socket, head) => void admit(request, socket, head))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const open of sockets.clients) open.terminate()
    server.closeAllConnections()
    server.close()
    await manager.close()
  })
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const login = await fetch(`http://${address}`)
  const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const connect = (headers: Record<string, string> = { cookie }) =>
    new WebSocket(`ws://${address}`, { headers })
  return { manager, clock, calls, cookie, connect }
}

async function echo(socket: WebSocket, said: string): Promise<void> {
  const answer = once(socket, 'message')
  socket.send(said)
  await answer
}

test('an upgrade without a session is refused with 401', async () => {
  const { connect } = await stage()
  const [, response] = await once(connect({}), 'unexpected-response')
  expect(response.statusCode).toBe(401)
})

test('a session that is revoked closes its socket, and says why', async () => {
  const { connect, manager } = await stage()
  const socket = connect()
  await once(socket, 'open')
  const closed = once(socket, 'close')
  await manager.revokeAll('ann')
  const [code, reason] = await closed
  expect([code, String(reason)]).toEqual([4401, 'revoked'])
})

test('a socket of 1,000 messages keeps its session alive for a day of use by one touch per window', async () => {
  const { connect, manager, clock, calls, cookie } = await stage()
  const socket = connect()
  await once(socket, 'open')
  calls.length = 0
  for (let said = 0; said < 1_000; said++) await echo(socket, 'hello')
  expect(calls.filter((call) => call !== 'find')).toEqual([])
  for (let hour = 0; hour < 36; hour++) {
    clock.now += 3_600_000 // past the idle limit of 24 hours in the end
    for (let said = 0; said < 10; said++) await echo(socket, 'hello')
  }
  const writes = calls.filter((call) => call !== 'find')
  expect(writes).toEqual(Array.from({ length: 36 }, () => 'touch'))
  expect((await manager.read({ cookie })).userId).toBe('ann')
})

test('the middleware itself reads the session of an upgrade, without a response as ws documents it', async () => {
  const { manager, cookie } = await stage()
  const withSession = sessions(manager)
  const server = createServer().listen(0, '127.0.0.1')
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request: IncomingMessage & { session?: Session }, socket, head) => {
    withSession(request, {} as never, () => {
      const who = request.session?.userId
      sockets.handleUpgrade(request, socket, head, (open) => open.send(who ?? 'nobody'))
    })
  })
  await once(server, 'listening')
  onTestFinished(() => {
    for (const open of sockets.clients) open.terminate()
    server.close()
  })
  const address = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const [headers, who] of [
    [{ cookie }, 'ann'],
    [{}, 'nobody'],
  ] as const) {
    const [said] = await once(new WebSocket(address, { headers }), 'message')
    expect(String(said)).toBe(who)
  }
})
