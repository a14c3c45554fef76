// What the programs of the measurement share: the manager over Redis, and sessions as an application has them.
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'

export interface ShopData {
  role?: string
  cart?: readonly { readonly id: string; readonly count: number }[]
  visits?: number
}

const devices = ['Chrome on Windows', 'Safari on iPhone', 'Chrome on Android', 'Firefox on Linux']

/** Connects a client and makes the manager of one server. */
export async function connect(port: number): Promise<SessionManager<ShopData>> {
  const client = createClient({ socket: { host: '127.0.0.1', port } })
  client.on('error', () => process.exit(1)) // the measurement is over
  await client.connect()
  const secret = 'a secret of the measurement that is on no server: 7Kq2mZ'
  return createSessionManager<ShopData>(
    devConfig(secret, { store: nodeRedisStore(client), storeTimeout: '30s', maxAge: '7d' }),
  )
}

/** Creates session number `n` by one request: three of five are of users, who have two each. */
export async function addSession(manager: SessionManager<ShopData>, n: number): Promise<void> {
  const carrier = createTestCarrier()
  const session = await manager.load(carrier)
  session.data.role = n % 10 === 0 ? 'admin' : 'customer'
  session.data.visits = n
  session.data.cart = [{ id: 'enamel-mug', count: 1 + (n % 3) }]
  if (n % 5 < 3) {
    const device = devices[n % devices.length] ?? ''
    await session.login(`user-${Math.floor(n / 2)}@example.org`, { client: { device } })
  }
  await manager.commit(session, carrier)
}
