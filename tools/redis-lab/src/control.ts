import { createClient } from 'redis'
import type { Access, Endpoint } from './address.ts'

/** An operator's connection to one server, opened with the first command and again after it broke. */
export interface Control {
  /** Sends a command as it stands, and answers what the server answers; its errors reject. */
  command(...words: string[]): Promise<unknown>
  /** The same, with text as the bytes that it is. */
  bytes(...words: string[]): Promise<unknown>
  close(): void
}

/** Connects as an operator, with the first command. */
export function createControl(endpoint: Endpoint, access?: Access): Control {
  let client: ReturnType<typeof connect> | undefined
  const connected = async () => {
    if (client?.isReady) return client
    if (client?.isOpen) client.destroy()
    client = connect(endpoint, access)
    return client.connect()
  }
  return {
    command: async (...words) => (await connected()).sendCommand(words),
    bytes: async (...words) =>
      (await connected()).sendCommand(words, { typeMapping: { 36: Buffer } }),
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
