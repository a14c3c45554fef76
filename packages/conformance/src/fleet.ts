import type { Session, SessionManager } from '@sojourn/core'
import type { TestData } from './visitor.ts'

type Manager = SessionManager<TestData>

/**
 * Several servers of one storage as one, as behind a balancer: each request goes to any of them, and is committed where
 * it was loaded. `random` answers numbers from 0 to below 1; a scheduler's can be repeated. For the `connect` of a suite,
 * where servers of several versions run at once.
 */
export function asFleet(servers: readonly [Manager, ...Manager[]], random: () => number): Manager {
  const owners = new WeakMap<Session<TestData>, Manager>()
  const [first] = servers
  const any = () => servers[Math.floor(random() * servers.length)] ?? first
  return {
    ...first,
    async load(carrier) {
      const server = any()
      const session = await server.load(carrier)
      owners.set(session, server)
      return session
    },
    commit: (session, carrier) => (owners.get(session) ?? first).commit(session, carrier),
    read: (headers) => any().read(headers),
    watch: (headers) => any().watch(headers),
    sessions: (userId) => any().sessions(userId),
    revoke: (id) => any().revoke(id),
    revokeAll: (userId, options) => any().revokeAll(userId, options),
    on(type, listener) {
      const stops = servers.map((server) => server.on(type, listener))
      return () => stops.forEach((stop) => void stop())
    },
  }
}
