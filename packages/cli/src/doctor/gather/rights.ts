import { randomBytes } from 'node:crypto'
import type { storeCommands } from '@sojourn/store-redis'
import { ErrorReply } from 'redis'
import type { RedisNode } from '../../redis/node.ts'
import type { Rights } from '../state.ts'
import { ask, isAllowed } from './ask.ts'

type Args = readonly string[]
type StoreAttempts = Readonly<Record<(typeof storeCommands)[number], Args>>

/** A way to find out whether the user may run a command; `undefined` if there is none. */
type MayRun = (args: Args) => Promise<boolean | undefined>

/**
 * Finds out what a user may do: by `ACL DRYRUN`, which runs nothing. Where that is refused, or missing before Redis 7, the user
 * who is logged in tries the commands that sessions need, on a key that does not exist; the dangerous ones are not tried.
 * Resolves to `undefined` if the server has no such user.
 */
export async function gatherRights(
  node: RedisNode,
  { user, prefix, isCluster }: { user: string | undefined; prefix: string; isCluster: boolean },
): Promise<Rights | undefined> {
  const self = (await ask(node, ['ACL', 'WHOAMI'], String)) ?? user ?? 'default'
  const name = user ?? self
  if (!(await exists(node, name))) return undefined
  const dryRun: MayRun = (args) => dryRunAs(node, name, args)
  const attempt: MayRun = async (args) => (await dryRun(args)) ?? isAllowed(node, args)
  const key = `${prefix}{doctor}:${randomBytes(6).toString('hex')}`
  const ofStore = storeAttempts(key)
  const needed = isCluster ? { ...ofStore, ...clusterAttempts } : ofStore
  return {
    user: name,
    missing: await namesWhere(needed, name === self ? attempt : dryRun, false),
    dangerous: await namesWhere(dangerousCommands, dryRun, true),
    reachesOtherKeys: await dryRun(['GET', `not-${key}`]),
    canReplay: await canReplay(node, ofStore),
  }
}

/** Finds out whether the user `default` may run what scripts of the store leave in an append-only file. */
async function canReplay(
  node: RedisNode,
  { set, del, pexpire, zadd, zrem }: StoreAttempts,
): Promise<boolean | undefined> {
  const refused = await namesWhere(
    { set, del, pexpire, zadd, zrem },
    (args) => dryRunAs(node, 'default', args),
    false,
  )
  return refused && refused.length === 0
}

/** Returns false if Redis says that it has no such user. */
async function exists(node: RedisNode, user: string): Promise<boolean> {
  try {
    await node.command('ACL', 'DRYRUN', user, 'PING')
    return true
  } catch (error) {
    if (!(error instanceof ErrorReply)) throw error
    return !/^ERR User .* not found/.test(error.message)
  }
}

function dryRunAs(node: RedisNode, user: string, args: Args): Promise<boolean | undefined> {
  return ask(node, ['ACL', 'DRYRUN', user, ...args], (reply) => reply === 'OK')
}

/** Returns the names of the commands that the user may run, or may not; `undefined` if one cannot be found out. */
async function namesWhere(
  commands: Readonly<Record<string, Args>>,
  mayRun: MayRun,
  expected: boolean,
): Promise<string[] | undefined> {
  const names: string[] = []
  for (const [name, args] of Object.entries(commands)) {
    const isPermitted = await mayRun([...name.split('|'), ...args])
    if (isPermitted === undefined) return undefined
    if (isPermitted === expected) names.push(name)
  }
  return names
}

/** What each command of the store is tried with: it changes nothing, since the key does not exist or an argument is wrong. */
function storeAttempts(key: string): StoreAttempts {
  return {
    get: [key],
    mget: [key],
    set: [key, '', 'NO-SUCH-OPTION'],
    del: [key],
    exists: [key],
    pexpire: [key, '1'],
    pttl: [key],
    zadd: [key, 'not-a-score', 'member'],
    zcard: [key],
    zrange: [key, '0', '0'],
    zrem: [key, 'member'],
    eval: ['return 1', '0'],
    evalsha: ['0'.repeat(40), '0'],
    scan: ['0', 'COUNT', '1'],
    wait: ['0', '1'],
    ping: [],
    time: [],
  }
}

/** What the client of a Cluster sends besides. */
const clusterAttempts = { 'cluster|slots': [], asking: [] } as const

/** What ends all sessions, changes the server, reads what others send, or stops it. `ACL DRYRUN` needs the arguments. */
const dangerousCommands: Readonly<Record<string, Args>> = {
  flushall: [],
  flushdb: [],
  keys: ['*'],
  'config|set': ['maxmemory', '0'],
  'acl|setuser': ['doctor'],
  'debug|sleep': ['0'],
  shutdown: [],
  replicaof: ['no', 'one'],
  'module|load': ['none'],
  monitor: [],
  swapdb: ['0', '1'],
}
