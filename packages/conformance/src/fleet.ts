import type { Session, SessionManager } from '@sojourn/core'
import type { TestData } from './visitor.ts'

type Manager = SessionManager<TestData>

/**
 * Returns one manager for several servers with one storage, as behind a load balancer: each request goes to any of them
 * and commits on the server that loaded it. Use it in the `connect` of a suite to run several versions at once.
 *
 * @param random Returns numbers from 0 to below 1. Those of a scheduler are reproducible.
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
    read: (headers, from) => any().read(headers, from),
    watch: (headers, from) => any().watch(headers, from),
    sessions: (userId) => any().sessions(userId),
    revoke: (id, options) => any().revoke(id, options),
    revokeAll: (userId, options) => any().revokeAll(userId, options),
    on(type, listener) {
      const stops = servers.map((server) => server.on(type, listener))
      return () => stops.forEach((stop) => void stop())
    },
  }
}
