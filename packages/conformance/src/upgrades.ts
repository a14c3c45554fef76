import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { HeadersLike, SessionManager, Watch } from '@sojourn/core'
import type { BindingApp, Served } from './binding-app.ts'
import type { TestData } from './visitor.ts'

/** The connection of an upgrade, or the response that refused it. */
export interface Connection {
  readonly status: number
  readonly setCookies: readonly string[]
  /** Resolves to all text of the connection when it ends. */
  received(): Promise<string>
  close(): void
}

/** Starts the watch of an upgrade's session. */
export type BeginWatch = (
  manager: SessionManager<TestData>,
  headers: HeadersLike,
) => Promise<Watch<TestData>>

/** Serves an application on loopback with a server of node:http, upgrades included. */
export async function listen(
  server: http.Server,
  app: Pick<BindingApp, 'mounts'>,
  begin?: BeginWatch,
): Promise<Served> {
  handleUpgrades(server, app, begin)
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

/**
 * Makes a server accept upgrades of logged-in users. Writes the reason to the connection when its watch ends.
 *
 * Upgrades of a path that begins with `/upgraded` go to the server's request listeners, with a response that is written
 * to the connection, as frameworks do that run their handlers for a WebSocket, such as @fastify/websocket.
 */
export function handleUpgrades(
  server: Pick<http.Server, 'on' | 'emit'>,
  { mounts }: Pick<BindingApp, 'mounts'>,
  begin: BeginWatch = (manager, headers) => manager.watch(headers),
): void {
  const admit = async ({ headers }: http.IncomingMessage, socket: Duplex) => {
    const [first] = mounts
    const watch = first && (await begin(first.manager, headers))
    if (watch?.session.userId === undefined) {
      watch?.close()
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    }
    socket.on('close', () => watch.close())
    endWithClient(socket)
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    socket.end(await watch.ended)
  }
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => socket.destroy())
    if (request.url?.startsWith('/upgraded'))
      return void emitRequest(server, request, socket as Socket)
    admit(request, socket).catch(() => socket.destroy())
  })
}

/** Ends a socket when the client has left; 'end' is not emitted unless the socket is read. */
function endWithClient(socket: Duplex): void {
  socket.resume().on('end', () => socket.end())
}

function emitRequest(
  server: Pick<http.Server, 'emit'>,
  request: http.IncomingMessage,
  socket: Socket,
): void {
  const response = new http.ServerResponse(request)
  response.assignSocket(socket)
  endWithClient(socket)
  server.emit('request', request, response)
}

/** Requests an upgrade, as a WebSocket client does. */
export async function connect(url: string, headers: Record<string, string>): Promise<Connection> {
  const request = http.request(url, {
    headers: {
      ...headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
    },
  })
  request.end()
  const [response, socket] = await new Promise<[http.IncomingMessage, Duplex]>(
    (resolve, reject) => {
      request.on('upgrade', (response, socket) => resolve([response, socket]))
      request.on('response', (response) => resolve([response, response.socket]))
      request.on('error', reject)
    },
  )
  return {
    status: response.statusCode ?? 0,
    setCookies: response.headers['set-cookie'] ?? [],
    received: () => text(socket),
    close: () => void socket.destroy(),
  }
}
