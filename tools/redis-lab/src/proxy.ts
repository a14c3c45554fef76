import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Endpoint, loopback } from './address.ts'

/** A TCP proxy before one server that can simulate faults of a connection. */
export interface TcpProxy extends Endpoint {
  /** Returns how many connections it has accepted so far. */
  accepted(): number
  /** From now on replies are lost; requests still reach the server. */
  dropReplies(): void
  /** From now on requests are held back, even after their connection has closed. */
  holdRequests(): void
  /**
   * Makes the connections that exist half-open, for good: what is sent on them is lost both ways, or the replies only,
   * and neither side is told. New connections work.
   */
  halfOpen(lost?: 'both ways' | 'replies'): void
  /** Does the same to new connections, until `mend`. */
  halfOpenNew(): void
  /** Refuses new connections, until `mend`. */
  refuse(): void
  /** Ends all faults but those of half-open connections. Held requests reach the server now. */
  mend(): void
  /** Closes every connection. New ones are accepted. Held requests stay held. */
  cut(): void
  stop(): Promise<void>
}

/** One connection of a client, and the proxy's own to the server. */
interface Link {
  readonly client: Socket
  losesRequests: boolean
  losesReplies: boolean
}

/** Starts a proxy before one server. */
export async function startProxy(target: Endpoint): Promise<TcpProxy> {
  let accepted = 0
  let dropsReplies = false
  let losesNew = false
  let held: (() => void)[] | undefined
  const links = new Set<Link>()
  const sockets = new Set<Socket>()

  const listener = createServer((client) => {
    const link = { client, losesRequests: losesNew, losesReplies: losesNew }
    const server = connect(target.port, target.host)
    accepted++
    links.add(link)
    track(client, sockets)
    track(server, sockets)
    const send = (action: () => void) => {
      if (!link.losesRequests) held ? held.push(action) : action()
    }
    const reply = (action: () => void) => link.losesReplies || action()
    client.on('data', (chunk) => send(() => server.write(chunk)))
    client.on('close', () => {
      links.delete(link)
      send(() => server.end())
    })
    server.on('data', (chunk) => reply(() => dropsReplies || client.write(chunk)))
    server.on('close', () => reply(() => client.destroy()))
  })
  listener.listen(0, loopback)
  await once(listener, 'listening')
  // A server that listens on a port always has an AddressInfo.
  const { port } = listener.address() as AddressInfo

  return {
    host: loopback,
    port,
    accepted: () => accepted,
    dropReplies() {
      dropsReplies = true
    },
    holdRequests() {
      held ??= []
    },
    halfOpen(lost = 'both ways') {
      for (const link of links) {
        link.losesReplies = true
        if (lost === 'replies') continue
        link.losesRequests = true
        link.client.pause() // the client's buffers fill, as where nobody acknowledges
      }
    },
    halfOpenNew() {
      losesNew = true
    },
    refuse: () => void listener.close(),
    mend() {
      dropsReplies = false
      losesNew = false
      if (!listener.listening) listener.listen(port, loopback)
      const actions = held ?? []
      held = undefined
      for (const action of actions) action()
    },
    cut: () => links.forEach(({ client }) => void client.destroy()),
    async stop() {
      for (const socket of sockets) socket.destroy()
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
