import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Endpoint, loopback } from './address.ts'

/** A wire between clients and one server, with the faults that wires have. */
export interface Proxy extends Endpoint {
  /** From now on what the server says is lost; what clients send still reaches it. */
  dropReplies(): void
  /** From now on what clients send is kept back, for as long as the wire stands or longer. */
  holdRequests(): void
  /** The wire is whole again; what was kept back reaches the server now. */
  mend(): void
  /** Cuts every connection. New ones are let through. What was kept back is still kept. */
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
    remember(client, clients)
    remember(server, servers)
    const send = (act: () => void) => (held ? held.push(act) : act())
    client.on('data', (chunk) => send(() => server.write(chunk)))
    client.on('close', () => send(() => server.end()))
    server.on('data', (chunk) => dropsReplies || client.write(chunk))
    server.on('close', () => client.destroy())
  })
  listener.listen(0, loopback)
  await once(listener, 'listening')
  // A server that listens on a port has an address of this kind.
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
      const acts = held ?? []
      held = undefined
      for (const act of acts) act()
    },
    cut: () => clients.forEach((client) => void client.destroy()),
    async stop() {
      for (const socket of [...clients, ...servers]) socket.destroy()
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

/** A broken connection is no news here: each side learns it from its own. */
function remember(socket: Socket, sockets: Set<Socket>): void {
  sockets.add(socket)
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('close', () => sockets.delete(socket))
}
