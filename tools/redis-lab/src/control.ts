import { createClient } from 'redis'
import type { Access, Endpoint } from './address.ts'

/** An operator's connection to one server. It opens with the first command, and reopens after it broke. */
export interface Control {
  /** Sends a command and resolves to the reply; rejects with the server's errors. */
  command(...args: string[]): Promise<unknown>
  /** Like `command`, with strings as Buffers. */
  bytes(...args: string[]): Promise<unknown>
  close(): void
}

/** Creates the connection; it opens with the first command. */
export function createControl(endpoint: Endpoint, access?: Access): Control {
  let client: ReturnType<typeof connect> | undefined
  const connected = async () => {
    if (client?.isReady) return client
    if (client?.isOpen) client.destroy()
    client = connect(endpoint, access)
    return client.connect()
  }
  return {
    command: async (...args) => (await connected()).sendCommand(args),
    bytes: async (...args) =>
      (await connected()).sendCommand(args, { typeMapping: { 36: Buffer } }),
    close() {
      if (client?.isOpen) client.destroy()
    },
  }
}

function connect({ host, port }: Endpoint, access?: Access) {
  const client = createClient({
    RESP: 2,
    disableOfflineQueue: true,
    ...(access && { username: access.username, password: access.password }),
    socket: access
      ? { host, port, reconnectStrategy: false, tls: true, ca: access.ca }
      : { host, port, reconnectStrategy: false },
  })
  client.on('error', () => undefined)
  return client
}
