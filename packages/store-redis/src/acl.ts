import { checkPrefix, escapeGlob } from './layout.ts'

/** The commands that the stores send. No others are in this package, which a test checks. */
export const storeCommands = [
  'get',
  'mget',
  'set',
  'del',
  'exists',
  'pexpire',
  'pttl',
  'zadd',
  'zcard',
  'zrange',
  'zrem',
  'eval',
  'evalsha',
  'scan',
  'wait',
  'ping',
  'time',
] as const

/** What a user of the ACL is for. */
export interface AclOptions {
  /** The prefix of all keys. @default 'sojourn:' */
  readonly prefix?: string
  /** What the client sends besides, such as `['info']` for ioredis; subcommands as `cluster|slots`. @default none */
  readonly clientCommands?: readonly string[]
}

/**
 * Returns the rights that a Redis user needs for the sessions below a prefix, and no others, as `ACL SETUSER` takes them:
 * `['resetchannels', '~sojourn:*', '-@all', '+get', …]`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for a prefix with braces.
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
export function aclRules({ prefix = 'sojourn:', clientCommands = [] }: AclOptions = {}): string[] {
  const pattern = escapeGlob(checkPrefix(prefix, 'prefix'))
  const granted = [...storeCommands, ...clientCommands].map((name) => `+${name}`)
  return ['resetchannels', `~${pattern}*`, '-@all', ...granted]
}
