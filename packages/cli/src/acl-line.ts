import { createHash } from 'node:crypto'
import { aclRules } from '@sojourn/store-redis'
import { usageFailure } from './failure.ts'

/** Whom an ACL line is for. */
export interface AclUser {
  readonly user: string
  readonly prefix: string
  readonly client: 'node-redis' | 'ioredis'
  readonly cluster?: boolean
  /** A database other than 0 is selected by each connection. */
  readonly database: number
  readonly password?: string
}

/** What each client sends besides the commands of the store. */
const clientCommands = {
  'node-redis': { always: [], cluster: ['cluster|slots', 'asking'] },
  ioredis: { always: ['info'], cluster: ['cluster|slots', 'cluster|info', 'asking'] },
} as const satisfies Record<AclUser['client'], Record<'always' | 'cluster', readonly string[]>>

/** Redis splits a line at spaces. Quotes are part of a name in an ACL file, and not in redis.conf and redis-cli. */
const ambiguous = /[\s"'\p{C}]/u

/**
 * Returns the rules of a user with the rights that sessions need and no others, as `ACL SETUSER` takes them. They begin with
 * `reset`, so that nothing remains of an earlier user of that name. They hold the SHA-256 of the password; without a password, the user cannot log in.
 * @throws Failure with the status `usage` for a name or a prefix that an ACL cannot have.
 */
export function rulesFor({ user, prefix, client, cluster, database, password }: AclUser): string[] {
  if (ambiguous.test(user + prefix) || user === '')
    throw usageFailure(
      'Neither a user nor the pattern of a prefix can have spaces, quotes or control characters in an ACL.',
      'Take another user, or give the store another prefix.',
    )
  const { always, cluster: inCluster } = clientCommands[client]
  const sent = [...always, ...(cluster ? inCluster : []), ...(database > 0 ? ['select'] : [])]
  const hash = password && createHash('sha256').update(password).digest('hex')
  return [
    'reset',
    'on',
    ...(hash ? [`#${hash}`] : []),
    ...aclRules({ prefix, clientCommands: sent }),
  ]
}
