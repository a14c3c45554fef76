import { jsonCodec, keyedStore } from '@sojourn/core/store'
import type { Connection, Endpoint, Topology } from '@sojourn/redis-lab'
import { replicatedBackend } from '@sojourn/store-replicated'
import type { RedisConnection } from './redis.ts'

/** So that a busy machine makes no instance late. */
const timeout = '15s'

/** Connects to three servers as the instances of one set. Closing the connection stops the servers. */
export async function replicatedConnection(
  servers: readonly Topology<'standalone'>[],
  connect: (endpoint: Endpoint) => Promise<RedisConnection>,
): Promise<Connection> {
  const connections = await Promise.all(servers.map(({ address }) => connect(address)))
  const backend = (prefix: string) => {
    const named = connections.map((each, index) => [`server${index}`, each.backend(prefix)])
    return replicatedBackend(Object.fromEntries(named), { timeout })
  }
  return {
    backend,
    store: (prefix) => keyedStore(backend(prefix)),
    codec: jsonCodec,
    close() {
      for (const each of connections) each.close()
      for (const server of servers) void server.stop()
    },
  }
}
