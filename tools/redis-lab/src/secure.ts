import { makeCertificates } from './certificates.ts'
import { startNode } from './redis-node.ts'
import { type Topology, topologyOf } from './topology.ts'

/**
 * The ACL rights that an application needs: `aclRules()` of @sojourn/store-redis, which a test compares. The setup of Vitest cannot
 * import packages.
 */
export const rights =
  'resetchannels ~sojourn:* -@all +get +mget +set +del +exists +pexpire +pttl +zadd +zcard +zrange +zrem +eval +evalsha +scan +wait +ping +time'

/** The user with all rights on the server of `startSecure`. */
export const operator = { username: 'operator', password: 'operators-secret' }

/** Starts a TLS-only server with a user `app` that has the documented rights, `info` for ioredis, and no others. */
export async function startSecure(): Promise<Topology<'secure'>> {
  const { ca, certificate, key } = await makeCertificates()
  const app = { username: 'app', password: 'apps-secret', ca }
  const node = await startNode({
    access: { ...operator, ca },
    files: { 'certificate.pem': certificate, 'key.pem': key, 'ca.pem': ca },
    lines: [
      'tls-cert-file certificate.pem',
      'tls-key-file key.pem',
      'tls-ca-cert-file ca.pem',
      'tls-auth-clients no',
      'user default off ~* &* +@all', // with fewer rights, Redis would not replay transactions from its file
      `user ${operator.username} on >${operator.password} ~* &* +@all`,
      `user ${app.username} on >${app.password} ${rights} +info`,
    ],
  })
  return topologyOf<'secure'>({ kind: 'secure', host: node.host, port: node.port, ...app }, [node])
}
