import { advice, type Finding, ok, type Verdict } from '../finding.ts'
import { finding, perServer } from '../per-server.ts'
import type { Server, State } from '../state.ts'

/** What crosses a network should be encrypted: the password of Redis, and the data of sessions. */
export function checkTls({ target, servers }: State): Finding[] {
  if (target.access.tls) return perServer('tls', servers, (server) => [judgeOpenPort(server)])
  if (servers.every(({ name }) => isLoopback(name)))
    return [finding('tls', ok('No TLS, and none is needed: Redis is on this machine.'))]
  return [
    finding(
      'tls',
      advice(
        'Passwords and sessions cross the network unencrypted.',
        'Set `tls-port`, `tls-cert-file` and `tls-key-file` in redis.conf and write rediss://, or keep to a private network.',
      ),
    ),
  ]
}

function judgeOpenPort({ config }: Server): Verdict {
  const port = config?.['port']
  return port === undefined || port === '0'
    ? ok('Connections use TLS.')
    : advice(
        `Connections use TLS, but port ${port} is open without it.`,
        'Set `port 0` in redis.conf.',
      )
}

/** Returns true for the address of the machine itself: `127.0.0.1:6379`, `[::1]:6379`, `localhost:6379`. */
function isLoopback(name: string): boolean {
  return /^(127\.|localhost:|\[?::1\]?)/.test(name)
}
