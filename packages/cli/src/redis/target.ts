/** The host and port of one server. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** How a connection opens: user, password and TLS. */
export interface Access {
  readonly username?: string
  readonly password?: string
  /** Absent without TLS. `ca` is a PEM certificate; without it those of Node count. */
  readonly tls?: { readonly ca?: string }
  readonly database: number
}

/** The Redis that the arguments name. */
export interface Target {
  /** What the endpoints are: one server, nodes of a Cluster, or Sentinels. */
  readonly topology: 'server' | 'cluster' | 'sentinel'
  readonly endpoints: readonly Endpoint[]
  readonly access: Access
  /** The name by which the Sentinels know the master. */
  readonly masterName?: string
}

/** Returns `host:port`, as people write it. */
export function nameOf({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Returns the target as one line: `redis://10.0.0.1:6379 (Cluster)`. It holds no password. */
export function describeTarget({ topology, endpoints, access, masterName }: Target): string {
  const scheme = access.tls ? 'rediss' : 'redis'
  const urls = endpoints.map((endpoint) => `${scheme}://${nameOf(endpoint)}`).join(' ')
  if (topology === 'cluster') return `${urls} (Cluster)`
  return topology === 'sentinel' ? `${urls} (Sentinel, master ${masterName})` : urls
}
