import { exitStatus } from '../exit-status.ts'
import { Failure } from '../failure.ts'
import { wantsPassword } from './explain.ts'
import { openNode, type RedisNode } from './node.ts'
import type { Access, Endpoint } from './target.ts'

/** Connects to a Sentinel. Most have no password, whatever the servers have, so it is sent to those that want one. */
export async function openSentinel(
  endpoint: Endpoint,
  { username, password, ...open }: Access,
): Promise<RedisNode> {
  try {
    return await openNode(endpoint, { ...open, database: 0 })
  } catch (error) {
    if (password === undefined || !(error instanceof Failure && wantsPassword(error.cause)))
      throw error
    return openNode(endpoint, { ...open, database: 0, password, ...(username && { username }) })
  }
}

/**
 * Asks a Sentinel for the address of a master.
 * @throws Failure if it knows none of this name; the remedy lists those that it knows.
 */
export async function findMaster(sentinel: RedisNode, name: string): Promise<Endpoint> {
  const address = await sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)
  if (Array.isArray(address)) return { host: String(address[0]), port: Number(address[1]) }
  const masters = await sentinel.command('SENTINEL', 'MASTERS')
  const names = Array.isArray(masters) ? masters.map((fields) => String(fields[1])) : []
  throw new Failure(
    exitStatus.unreachable,
    `The Sentinel knows no master ${name}.`,
    `It knows ${names.join(', ') || 'none at all'}: give --sentinel NAME.`,
  )
}
