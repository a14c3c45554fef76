import { check, checkOptions } from '@sojourn/core/store'
import { passwordReader } from '@sojourn/store-redis'

/** The part of a client of ioredis that `passwordFromFile` uses. */
export interface LazyIoredisClient {
  readonly status: string
  readonly options: object
  /** Only a Cluster has it. */
  readonly nodes?: unknown
  on(event: '+node', listener: (node: { readonly options: object }) => void): unknown
}

/** Options of `passwordFromFile`. */
export interface PasswordFileOptions {
  /** The file with the password of the sentinels, which may be the same one. @default they ask for none, or for `sentinelPassword` */
  readonly sentinelPath?: string
}

/**
 * Makes a client read its password from the first line of a file for each new connection. So the password can be changed
 * without a restart. Connections that are open stay open. ioredis has no option for it: it reads `options.password` whenever
 * it connects, `options.sentinelPassword` whenever it asks a sentinel, and here these become getters. Returns the client, which must have been made with `lazyConnect: true` and is
 * connected afterwards.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the client connects already, or has no sentinels for `sentinelPath`; `ERR_SECRET_WEAK` if the file is empty or
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
  options: PasswordFileOptions = {},
): Client {
  const { sentinelPath } = checkOptions(options, { sentinelPath: true }, 'passwordFromFile()')
  check(
    client.status === 'wait',
    'passwordFromFile() was given a client that connects already, without the password',
    'Make it with lazyConnect: true, and connect it afterwards',
  )
  const follow = readAs('password', path)
  if (client.nodes) client.on('+node', follow)
  else follow(client)
  if (sentinelPath !== undefined) {
    check(
      'sentinels' in client.options && Boolean(client.options.sentinels),
      'passwordFromFile() was given sentinelPath for a client without sentinels',
      'Give the client the options sentinels and name, or leave sentinelPath out',
    )
    readAs('sentinelPassword', sentinelPath)(client)
  }
  return client
}

/** Returns a function that makes an option of a client a getter, which reads a file. */
function readAs(name: string, path: string): (client: { readonly options: object }) => void {
  const get = passwordReader(path)
  return ({ options }) => void Object.defineProperty(options, name, { get, enumerable: true })
}
