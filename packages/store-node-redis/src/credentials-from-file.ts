import { passwordReader } from '@sojourn/store-redis'

/** The option `credentialsProvider` of node-redis. */
export interface CredentialsFromFile {
  readonly type: 'async-credentials-provider'
  /** Called by node-redis for each connection. */
  readonly credentials: () => Promise<{ readonly username: string; readonly password: string }>
}

/**
 * Returns the option `credentialsProvider` of a client, which reads the password from the first line of a file for each new
 * connection. So the password can be changed without a restart. Connections that are open stay open. For a Cluster it goes into
 * `defaults`, for Sentinel into `nodeClientOptions`, and into `sentinelClientOptions` if the sentinels have the same password.
 * Give no password in the `url`, which would count instead.
 * @param username The user of the ACL. @default 'default'
 * @throws SessionUsageError `ERR_SECRET_WEAK` if the file is empty or cannot be read at the start; later the password from
 * before is used then.
 * @see docs/how-to/rotate-keys.md
 * @example
 * import { credentialsFromFile } from '@sojourn/store-node-redis'
 * import { createClient } from 'redis'
 *
 * export const client = createClient({
 *   credentialsProvider: credentialsFromFile('/run/secrets/redis', 'sessions'),
 *   disableOfflineQueue: true,
 *   pingInterval: 1_000,
 *   socket: { host: 'redis', socketTimeout: 3_000, reconnectStrategy: 500 },
 * })
 */
export function credentialsFromFile(path: string, username = 'default'): CredentialsFromFile {
  const password = passwordReader(path)
  return {
    type: 'async-credentials-provider',
    credentials: async () => ({ username, password: password() }),
  }
}
