import { randomBytes } from 'node:crypto'
import {
  type ConfigOptions,
  createSessionManager,
  defaultConfig,
  type Session,
  type SessionManager,
} from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { type Address, freshPrefix } from '@sojourn/redis-lab'
import {
  nodeRedisClusterStore,
  nodeRedisSentinelStore,
  nodeRedisStore,
} from '@sojourn/store-node-redis'
import { createClient, createCluster, createSentinel } from 'redis'
import { onTestFinished } from 'vitest'
import { writeTemporary } from '../support.ts'

/** An application with sessions in a Redis of its own prefix. */
export interface Application {
  readonly manager: SessionManager<Record<string, unknown>>
  readonly prefix: string
  readonly secret: string
  /** The arguments by which a command finds its sessions. */
  readonly args: readonly string[]
  /** Makes a request of a browser without a cookie. Returns the id of its session, and its cookie. */
  visit(
    handle: (session: Session<Record<string, unknown>>) => unknown,
  ): Promise<{ readonly id: string; readonly cookie: string }>
  logIn(userId: string, client?: Readonly<Record<string, string>>): Promise<string>
}

/** Starts an application on a Redis. */
export async function startApplication(
  address: Exclude<Address, { kind: 'secure' }>,
  options: Partial<ConfigOptions> = {},
  { signRows = false }: { signRows?: boolean } = {},
): Promise<Application> {
  const prefix = freshPrefix()
  const secret = randomBytes(32).toString('base64url')
  const store = await storeAt(address, { prefix, signRows })
  const manager = createSessionManager<Record<string, unknown>>(
    defaultConfig(secret, { store, storeTimeout: '20s', ...options }),
  )
  const visit: Application['visit'] = async (handle) => {
    const carrier = createTestCarrier()
    const session = await manager.load(carrier)
    await handle(session)
    await manager.commit(session, carrier)
    const [cookie = ''] = carrier.setCookies.map((line) => line.split(';')[0] ?? '')
    return { id: session.id, cookie }
  }
  return {
    manager,
    prefix,
    secret,
    args: [
      ...targetOf(address),
      '--prefix',
      prefix,
      '--secret-file',
      writeTemporary('secret', `${secret}\n`),
    ],
    visit,
    logIn: async (userId, client = {}) =>
      (await visit((session) => session.login(userId, { client }))).id,
  }
}

function targetOf(address: Exclude<Address, { kind: 'secure' }>): readonly string[] {
  const url = ({ host, port }: { host: string; port: number }) => `redis://${host}:${port}`
  switch (address.kind) {
    case 'standalone':
      return [url(address)]
    case 'cluster':
      return [...address.nodes.map(url), '--cluster']
    case 'sentinel':
      return [...address.sentinels.map(url), '--sentinel', address.name]
  }
}

async function storeAt(
  address: Exclude<Address, { kind: 'secure' }>,
  options: { prefix: string; signRows: boolean },
) {
  switch (address.kind) {
    case 'standalone': {
      const client = createClient({ socket: { host: address.host, port: address.port } })
      return nodeRedisStore(await connected(client), options)
    }
    case 'cluster': {
      const cluster = createCluster({
        rootNodes: address.nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` })),
      })
      return nodeRedisClusterStore(await connected(cluster), options)
    }
    case 'sentinel': {
      const { name, sentinels } = address
      const sentinel = createSentinel({ name, sentinelRootNodes: [...sentinels] })
      return nodeRedisSentinelStore(await connected(sentinel), options)
    }
  }
}

async function connected<
  Client extends {
    on(event: 'error', listener: () => void): unknown
    connect(): Promise<unknown>
    destroy(): unknown
  },
>(client: Client): Promise<Client> {
  client.on('error', () => undefined)
  await client.connect()
  onTestFinished(() => void client.destroy())
  return client
}
