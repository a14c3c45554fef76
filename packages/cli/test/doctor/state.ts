import type { Server, State } from '../../src/doctor/state.ts'

/** A server on which all is right. */
export function rightServer(changes: Partial<Server> = {}): Server {
  return {
    name: '10.0.0.1:6379',
    hello: { server: 'redis', version: '8.10.1', mode: 'standalone' },
    pings: [0.2, 0.3, 0.4],
    clockSkew: 3,
    isOpen: false,
    info: {
      role: 'master',
      maxmemory: `${2 ** 30}`,
      used_memory: `${2 ** 28}`,
      maxmemory_policy: 'noeviction',
      aof_enabled: '1',
      aof_last_write_status: 'ok',
      aof_last_bgrewrite_status: 'ok',
      rdb_last_bgsave_status: 'ok',
      connected_clients: '10',
      maxclients: '10000',
      evicted_keys: '0',
      rejected_connections: '0',
    },
    config: {
      appendfsync: 'everysec',
      bind: '10.0.0.1',
      port: '0',
      'protected-mode': 'yes',
      'min-replicas-to-write': '0',
      save: '',
      timeout: '0',
      'tcp-keepalive': '300',
    },
    rights: { user: 'app', missing: [], dangerous: [], reachesOtherKeys: false, canReplay: true },
    ...changes,
  }
}

/** A state in which all is right: one server with TLS. */
export function rightState(changes: Partial<State> = {}): State {
  return {
    target: {
      topology: 'server',
      endpoints: [{ host: '10.0.0.1', port: 6379 }],
      access: { database: 0, tls: {} },
    },
    prefix: 'sojourn:',
    servers: [rightServer()],
    missing: [],
    sample: { count: 0, bytes: undefined },
    ...changes,
  }
}

/** Returns the state with changed fields of `INFO` on its one server. */
export function withInfo(info: Record<string, string>): State {
  const server = rightServer()
  return rightState({ servers: [{ ...server, info: { ...server.info, ...info } }] })
}

/** Returns the state with changed settings of its one server. */
export function withConfig(config: Record<string, string>): State {
  const server = rightServer()
  return rightState({ servers: [{ ...server, config: { ...server.config, ...config } }] })
}
