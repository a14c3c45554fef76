/** The sessions of both services. They are shared because secret, options and Redis are the same. */
import './session-data.ts'
import { type EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { createSessionManager, defaultConfig, logEvents, type SessionManager } from '@sojourn/core'
import { rollingSecret, secretFromFile } from '@sojourn/core/secrets'
import { credentialsFromFile, nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import type { Environment, secretFiles } from './environment.ts'

/** The sessions of one process. */
export interface Sessions {
  readonly manager: SessionManager
  /** Closes the manager and its connection to Redis. */
  close(): Promise<void>
}

/**
 * Creates the manager. It waits for the first attempt to connect, whatever comes of it: a service starts without Redis, so
 * that no order of starting is needed, and `manager.ping()` tells when it is there.
 */
export async function openSessions(environment: Environment): Promise<Sessions> {
  const file = (name: (typeof secretFiles)[number]) => join(environment.secrets, name)
  const client = createClient({
    url: environment.redisUrl,
    credentialsProvider: credentialsFromFile(file('redis_password'), 'app'), // whom redis/start.sh makes
    disableOfflineQueue: true, // fail at once, so that a request gets its 503
    pingInterval: 1_000,
    socket: {
      reconnectStrategy: (attempts) => Math.min(50 * 2 ** attempts, 500),
      socketTimeout: 3_000,
    },
  })
  logConnection(client)
  const attempt = once(client, 'ready') // rejects with the event 'error'
  client.connect().catch(() => undefined) // it goes on trying
  await attempt.catch(() => undefined)
  const manager = createSessionManager(
    defaultConfig(rollingSecret(file('session_secret')), {
      indexKey: secretFromFile(file('session_index')), // stays when the secret is changed
      store: nodeRedisStore(client),
      maxAge: '8h',
    }),
  )
  logEvents(manager, console)
  return {
    manager,
    async close() {
      await manager.close()
      client.destroy()
    },
  }
}

/** Logs when Redis is lost and when it is back, not every attempt. */
function logConnection(client: EventEmitter): void {
  let isLost = false
  client.on('error', (error: Error) => {
    if (!isLost) console.error(`Redis is lost: ${error.message}`)
    isLost = true
  })
  client.on('ready', () => {
    console.info('Redis is there.')
    isLost = false
  })
}
