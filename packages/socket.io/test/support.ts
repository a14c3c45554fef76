import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { controlledBackend } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionManager,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { logIn, type TestUserOptions } from '@sojourn/core/testing'
import { type AttachOptions, attachSessions, type SocketSession } from '@sojourn/socket.io'
import { type DefaultEventsMap, Server } from 'socket.io'
import { io as connectTo } from 'socket.io-client'
import { Server as Server40 } from 'socket.io40'
import { onTestFinished } from 'vitest'

type Io = Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap, SocketSession>
export type Client = ReturnType<typeof connectTo>
type Socket = Parameters<Parameters<Io['use']>[0]>[0]

/** Both ends of the range that we promise. */
export const versions = { '4.8': Server, '4.0': Server40 }

interface Scene {
  readonly version?: keyof typeof versions
  readonly manager?: Partial<ConfigOptions>
  readonly options?: AttachOptions<Socket>
  /** Called after the sessions are attached. */
  readonly setUp?: (io: Io, manager: SessionManager) => void
}

/** Serves sockets with sessions on a store and a clock that the test controls. */
export async function stage(scene: Scene = {}) {
  const { version = '4.8', options = {}, setUp } = scene
  const control = controlledBackend()
  const time = { now: Date.UTC(2030, 0, 1) }
  const warnings: string[] = []
  const settings = {
    store: keyedStore(control.backend),
    clock: () => time.now,
    warn: (message: string) => void warnings.push(message),
    ...scene.manager,
  }
  const secret = randomBytes(32)
  const makeManager = () => createSessionManager(devConfig(secret, settings))
  const manager = makeManager()
  const server = createServer()
  const io: Io = new versions[version](server)
  attachSessions(io, manager, options)
  setUp?.(io, manager)
  io.on('connection', (socket) => {
    socket.on('who', (reply) => reply(socket.data.session?.userId ?? 'nobody'))
    socket.on('typing', (reply) => reply('seen'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void io.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  /** Opens a socket; `path` is the namespace. */
  const connect = (
    headers: Record<string, string> = {},
    transport = 'websocket',
    path = '/',
  ): Client => {
    const transports = transport.split('+')
    const client = connectTo(`${url}${path}`, {
      transports,
      extraHeaders: headers,
      reconnection: false,
      forceNew: true,
    })
    onTestFinished(() => void client.disconnect())
    return client
  }
  /** Opens a socket that is to be refused, and returns what the client gets to know. */
  const refusal = async (...args: Parameters<typeof connect>) => {
    const client = connect(...args)
    const error = await new Promise<{ message: string; data?: unknown }>((resolve, reject) => {
      client.once('connect_error', resolve)
      client.once('connect', () => reject(new Error('connected')))
    })
    client.disconnect()
    return [error.message, error.data]
  }
  return {
    io,
    manager,
    /** A second server of the application: it shares the store. */
    elsewhere: makeManager(),
    control,
    time,
    warnings,
    url,
    connect,
    refusal,
    logIn: async (...user: [userId: string, options?: TestUserOptions]) =>
      (await logIn(manager, ...user)).headers,
  }
}

/** Resolves when the server has disconnected a client. */
export function gone(client: Client): Promise<string> {
  return new Promise((resolve) => client.once('disconnect', (why) => resolve(why)))
}
