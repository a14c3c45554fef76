import { randomBytes } from 'node:crypto'
import type { StoreUnderTest, TestData, Wrap } from '@sojourn/conformance/store'
import {
  createSessionManager,
  devConfig,
  keyedStore,
  migrateStore,
  type Session,
  type SessionBackend,
  type SessionManager,
} from '@sojourn/core'
import { memoryBackend } from '@sojourn/store-memory'

type Manager = SessionManager<TestData>

/** A storage of two backends, and who serves it: one manager for each `move`, that is for each step of the roll-out. */
export function openMigration(steps: readonly boolean[], random: () => number): StoreUnderTest {
  const backends = { from: memoryBackend(), to: memoryBackend() }
  const secret = randomBytes(32)
  return {
    connect(config, wrap) {
      const servers = steps.map((move) => {
        const store = migrateStore({ ...wrapped(backends, wrap), move })
        return createSessionManager<TestData>(devConfig(secret, { store, ...config }))
      })
      return asOne(servers, random)
    },
    dump: async () => Buffer.concat([await dump(backends.from), await dump(backends.to)]),
    async close() {
      await backends.from.close()
      await backends.to.close()
    },
  }
}

function wrapped({ from, to }: Record<'from' | 'to', SessionBackend>, wrap: Wrap) {
  return { from: keyedStore(wrap(from)), to: keyedStore(wrap(to)) }
}

/** A fleet behind a balancer: each request goes to any of the servers. */
function asOne(servers: readonly Manager[], random: () => number): Manager {
  const owners = new WeakMap<Session<TestData>, Manager>()
  const any = (): Manager => {
    const server = servers[Math.floor(random() * servers.length)]
    if (!server) throw new Error('A fleet has at least one server')
    return server
  }
  const owned = async (server: Manager, session: Promise<Session<TestData>>) => {
    owners.set(await session, server)
    return session
  }
  const [first = any()] = servers
  return {
    ...first,
    load: (carrier) => {
      const server = any()
      return owned(server, server.load(carrier))
    },
    commit: (session, carrier) => (owners.get(session) ?? first).commit(session, carrier),
    read: (headers) => any().read(headers),
    sessions: (userId) => any().sessions(userId),
    revoke: (id) => any().revoke(id),
    revokeAll: (userId, options) => any().revokeAll(userId, options),
    on(type, listener) {
      const stops = servers.map((server) => server.on(type, listener))
      return () => stops.forEach((stop) => void stop())
    },
  }
}

async function dump(backend: SessionBackend): Promise<Buffer> {
  const parts: Buffer[] = []
  const call = { at: Date.UTC(2030, 0, 1), signal: new AbortController().signal }
  for await (const { id, value, ...rest } of backend.scan(call))
    parts.push(Buffer.from(id), Buffer.from(value), Buffer.from(JSON.stringify(rest)))
  return Buffer.concat(parts)
}
