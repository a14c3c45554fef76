import type { RedisNode } from './redis-node.ts'

/** A slot of a Cluster that is being moved from one master to another, as an operator would. */
export interface MovingSlot {
  /** Moves one key. */
  move(key: string): Promise<void>
  /** Moves the remaining keys, and assigns the slot to its new master. */
  finish(): Promise<void>
}

/** Starts to move the slot of a key. No key has left its master yet. */
export async function startMoving(masters: readonly RedisNode[], key: string): Promise<MovingSlot> {
  const slot = String(await masters[0]?.command('CLUSTER', 'KEYSLOT', key))
  const counts = await Promise.all(masters.map((node) => countOf(node, slot)))
  const from = masters.find((_, index) => counts[index])
  const to = masters.find((_, index) => !counts[index])
  if (!from || !to) throw new Error(`One master should hold ${key}`)
  const [source, target] = [await idOf(from), await idOf(to)]
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source)
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target)

  const move = async (key: string) =>
    void (await from.command('MIGRATE', to.host, String(to.port), key, '0', '5000'))
  return {
    move,
    async finish() {
      const rest = await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '1000')
      for (const key of Array.isArray(rest) ? rest : []) await move(String(key))
      for (const node of [to, from]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', target)
    },
  }
}

const countOf = async (node: RedisNode, slot: string) =>
  Number(await node.command('CLUSTER', 'COUNTKEYSINSLOT', slot))

const idOf = async (node: RedisNode) => String(await node.command('CLUSTER', 'MYID'))
