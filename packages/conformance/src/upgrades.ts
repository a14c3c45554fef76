import { once } from 'node:events'
import { type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { HeadersLike, SessionManager, Watch } from '@sojourn/core'
import type { BindingApp, Served } from './binding-fixture.ts'
import type { TestData } from './visitor.ts'

/** What an upgrade came to. */
export interface Connection {
  readonly status: number
  readonly setCookies: readonly string[]
  /** All that is said on the connection until it ends. */
  said(): Promise<string>
  close(): void
}

/** Begins to follow the session of an upgrade. */
export type BeginWatch = (
  manager: SessionManager<TestData>,
  headers: HeadersLike,
) => Promise<Watch<TestData>>

/** Serves an application by a server of node:http on loopback, upgrades included. */
export async function listen(
  server: Server,
  app: Pick<BindingApp, 'mounts'>,
  begin?: BeginWatch,
): Promise<Served> {
  answerUpgrades(server, app, begin)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Has a server admit upgrades of who is logged in, and say on the connection why the session is over when it is. */
export function answerUpgrades(
  server: Pick<Server, 'on'>,
  { mounts }: Pick<BindingApp, 'mounts'>,
  begin: BeginWatch = (manager, headers) => manager.watch(headers),
): void {
  const admit = async ({ headers }: IncomingMessage, socket: Duplex) => {
    const [first] = mounts
    const watch = first && (await begin(first.manager, headers))
    if (watch?.session.userId === undefined) {
      watch?.close()
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    }
    socket.on('close', () => watch.close())
    socket.resume().on('end', () => socket.end()) // who reads nothing does not hear that the other side has left
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n')
    socket.end(await watch.ended)
  }
  server.on('upgrade', (asked, socket) => {
    socket.on('error', () => socket.destroy())
    admit(asked, socket).catch(() => socket.destroy())
  })
}

/** Asks for an upgrade, as the client of a WebSocket does. */
export async function connect(url: string, headers: Record<string, string>): Promise<Connection> {
  const asked = request(url, { headers: { ...headers, connection: 'Upgrade', upgrade: 'test' } })
  asked.end()
  const [response, socket] = await new Promise<[IncomingMessage, Duplex]>((resolve, reject) => {
    asked.on('upgrade', (response, socket) => resolve([response, socket]))
    asked.on('response', (response) => resolve([response, response.socket]))
    asked.on('error', reject)
  })
  return {
    status: response.statusCode ?? 0,
    setCookies: response.headers['set-cookie'] ?? [],
    said: () => text(socket),
    close: () => void socket.destroy(),
  }
}
