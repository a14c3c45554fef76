import { Failure, usageFailure } from '../failure.ts'
import type { Invocation } from '../invocation.ts'
import { askPassword } from './ask-password.ts'
import { wantsPassword } from './explain.ts'
import type { Hello } from './hello.ts'
import { openNode, type RedisNode } from './node.ts'
import { findMaster, openSentinel } from './sentinels.ts'
import { type Endpoint, nameOf, type Target } from './target.ts'

/** A Redis that replies. */
export interface Reached {
  /** The target, with the password if it was asked for. */
  readonly target: Target
  /** The server, the master that the Sentinels name, or the first member of the Cluster that replies. */
  readonly node: RedisNode
  /** The Sentinel that named the master. */
  readonly sentinel?: RedisNode
}

/**
 * Makes the first contact with the Redis of the arguments: tries its addresses in turn, asks for the password if one is
 * wanted and none was given, and closes the connection when the command ends.
 * @throws Failure with the status `unreachable`; or `usage`, if the topology is another one than the arguments say.
 */
export async function reach(target: Target, invocation: Invocation): Promise<Reached> {
  const { access } = target
  // Without a password a client would log in as the default user, whatever name it was given.
  if (access.username && !access.password)
    return open(await withPassword(target, invocation), invocation)
  try {
    return await open(target, invocation)
  } catch (error) {
    if (access.password || !(error instanceof Failure && wantsPassword(error.cause))) throw error
    return open(await withPassword(target, invocation), invocation)
  }
}

async function withPassword(target: Target, invocation: Invocation): Promise<Target> {
  const { username = 'the default user' } = target.access
  const password = await askPassword(invocation, username)
  return { ...target, access: { ...target.access, password } }
}

async function open(target: Target, { defer }: Invocation): Promise<Reached> {
  const { topology, endpoints, access, masterName = '' } = target
  if (topology !== 'sentinel') {
    const node = await firstOf(endpoints, (endpoint) => openNode(endpoint, access))
    defer(node.close)
    checkMode(node, topology === 'cluster' ? 'cluster' : 'standalone')
    return { target, node }
  }
  const sentinel = await firstOf(endpoints, (endpoint) => openSentinel(endpoint, access))
  defer(sentinel.close)
  checkMode(sentinel, 'sentinel')
  const node = await openNode(await findMaster(sentinel, masterName), access)
  defer(node.close)
  return { target, node, sentinel }
}

/** Tries the addresses in turn, and throws the first failure if all fail. */
async function firstOf(
  endpoints: readonly Endpoint[],
  connect: (endpoint: Endpoint) => Promise<RedisNode>,
): Promise<RedisNode> {
  let failure: unknown
  for (const endpoint of endpoints)
    try {
      return await connect(endpoint)
    } catch (error) {
      failure ??= error
    }
  throw failure
}

const modes = {
  standalone: ['is one server', 'Leave out --cluster and --sentinel.'],
  cluster: ['is a member of a Cluster', 'Add --cluster.'],
  sentinel: ['is a Sentinel', 'Add --sentinel NAME, with the name of the master.'],
} as const satisfies Record<Hello['mode'], readonly [string, string]>

function checkMode({ endpoint, hello: { mode } }: RedisNode, expected: Hello['mode']): void {
  if (mode === expected) return
  const [what, remedy] = modes[mode]
  throw usageFailure(`${nameOf(endpoint)} ${what}.`, remedy)
}
