import { createClient } from 'redis'
import type { Access, Endpoint } from './address.ts'

/** An operator's connection to one server, opened with the first command and again after it broke. */
export interface Control {
  /** Sends a command as it stands, and answers what the server answers; its errors reject. */
  command(...words: string[]): Promise<unknown>
  close(): void
}

/** Connects as an operator, with the first command. */
export function createControl(endpoint: Endpoint, access?: Access): Control {
  let client: ReturnType<typeof connect> | undefined
  return {
    async command(...words) {
      if (client && !client.isReady) client.destroy()
      if (!client?.isReady) {
        client = connect(endpoint, access)
        await client.connect()
      }
      return client.sendCommand(words)
    },
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
