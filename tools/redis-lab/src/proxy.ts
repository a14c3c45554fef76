import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Endpoint, loopback } from './address.ts'

/** A TCP proxy before one server that can simulate faults of a connection. */
export interface Proxy extends Endpoint {
  /** From now on replies are lost; requests still reach the server. */
  dropReplies(): void
  /** From now on requests are held back, even after their connection has closed. */
  holdRequests(): void
  /** Ends both faults. Held requests reach the server now. */
  mend(): void
  /** Closes every connection. New ones are accepted. Held requests stay held. */
  cut(): void
  stop(): Promise<void>
}

/** Starts a proxy before one server. */
export async function startProxy(target: Endpoint): Promise<Proxy> {
  let dropsReplies = false
  let held: (() => void)[] | undefined
  const clients = new Set<Socket>()
  const servers = new Set<Socket>()

  const listener = createServer((client) => {
    const server = connect(target.port, target.host)
    track(client, clients)
    track(server, servers)
    const send = (action: () => void) => (held ? held.push(action) : action())
    client.on('data', (chunk) => send(() => server.write(chunk)))
    client.on('close', () => send(() => server.end()))
    server.on('data', (chunk) => dropsReplies || client.write(chunk))
    server.on('close', () => client.destroy())
  })
  listener.listen(0, loopback)
  await once(listener, 'listening')
  // A server that listens on a port always has an AddressInfo.
  const { port } = listener.address() as AddressInfo

  return {
    host: loopback,
    port,
    dropReplies() {
      dropsReplies = true
    },
    holdRequests() {
      held ??= []
    },
    mend() {
      dropsReplies = false
      const actions = held ?? []
      held = undefined
      for (const action of actions) action()
    },
    cut: () => clients.forEach((client) => void client.destroy()),
    async stop() {
      for (const socket of [...clients, ...servers]) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

/** Tracks a socket until it closes. Its errors are ignored: each side sees its own connection break. */
function track(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket)
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('close', () => sockets.delete(socket))
}
