import { createClient, ErrorReply } from 'redis'
import { replyTimeout, withDeadline } from './deadline.ts'
import { explainConnection, explainLoss } from './explain.ts'
import { askHello, type Hello } from './hello.ts'
import type { Access, Endpoint } from './target.ts'

/** A connection to one server, for the commands of an operator. It does not reconnect. */
export interface RedisNode {
  readonly endpoint: Endpoint
  readonly hello: Hello
  /**
   * Sends a command. Resolves to the reply as RESP 2 has it: strings, integers as numbers, nil as `null`. Rejects with the error
   * of Redis, or with a `Failure` of the status `unreachable`: the connection is lost, or 5 s have passed without a reply.
   */
  command(...args: string[]): Promise<unknown>
  close(): void
}

/**
 * Connects to one server and logs in, within 5 s.
 * @throws Failure with the status `unreachable`, whose `cause` is the error of the client.
 */
export async function openNode(endpoint: Endpoint, access: Access): Promise<RedisNode> {
  const client = createClient({
    ...clientOptions(endpoint, access),
    RESP: 2,
    disableClientInfo: true,
  })
  client.on('error', () => undefined) // each command rejects with it
  const close = () => {
    if (client.isOpen) client.destroy()
  }
  const send = (...args: string[]) => withDeadline(client.sendCommand(args))
  const command = async (...args: string[]) => {
    try {
      return await send(...args)
    } catch (error) {
      throw error instanceof ErrorReply ? error : explainLoss(error, endpoint)
    }
  }
  try {
    await withDeadline(client.connect())
    return { endpoint, hello: await askHello(send), command, close }
  } catch (error) {
    close()
    throw explainConnection(error, endpoint, access)
  }
}

/** Returns what node-redis needs to connect: once, and soon or not at all. */
export function clientOptions(
  { host, port }: Endpoint,
  { username, password, tls, database }: Access,
) {
  const socket = { host, port, connectTimeout: replyTimeout, reconnectStrategy: false as const }
  return {
    ...(username && { username }),
    ...(password && { password }),
    database,
    disableOfflineQueue: true,
    socket: tls ? { ...socket, ...tls, tls: true as const } : socket,
  }
}
