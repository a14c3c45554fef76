import { SessionUsageError } from '@sojourn/core'
import { passwordReader } from '@sojourn/store-redis'

/** The part of a client of ioredis that `passwordFromFile` uses. */
export interface LazyIoredisClient {
  readonly status: string
  readonly options: object
  /** Only a Cluster has it. */
  readonly nodes?: unknown
  on(event: '+node', listener: (node: { readonly options: object }) => void): unknown
}

/**
 * Makes a client read its password from the first line of a file for each new connection. So the password can be changed
 * without a restart. Connections that are open stay open. ioredis has no option for it: it reads `options.password` whenever
 * it connects, and here that becomes a getter. Returns the client, which must have been made with `lazyConnect: true` and is
 * connected afterwards.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the client connects already; `ERR_SECRET_WEAK` if the file is empty or
 * cannot be read at the start; later the password from before is used then.
 * @see docs/how-to/rotate-keys.md
 * @example
 * import { passwordFromFile } from '@sojourn/store-ioredis'
 * import { Redis } from 'ioredis'
 *
 * export const redis = passwordFromFile(
 *   new Redis({
 *     username: 'sessions',
 *     lazyConnect: true,
 *     enableOfflineQueue: false,
 *     maxRetriesPerRequest: 0,
 *     socketTimeout: 3_000,
 *   }),
 *   '/run/secrets/redis',
 * )
 * redis.on('error', (error) => console.error(error))
 * await redis.connect()
 */
export function passwordFromFile<Client extends LazyIoredisClient>(
  client: Client,
  path: string,
): Client {
  if (client.status !== 'wait')
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'passwordFromFile() was given a client that connects already, without the password. Make it with lazyConnect: true, and connect it afterwards.',
    )
  const password = passwordReader(path)
  const follow = ({ options }: { readonly options: object }) =>
    void Object.defineProperty(options, 'password', { get: password, enumerable: true })
  if (client.nodes) client.on('+node', follow)
  else follow(client)
  return client
}
