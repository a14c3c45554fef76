import type { Address, AddressOf } from './address.ts'
import type { RedisNode } from './redis-node.ts'

/** Servers that belong together, and how a client finds them. */
export interface Topology<Kind extends Address['kind']> extends AnyTopology {
  readonly address: AddressOf<Kind>
}

/** The same of whatever kind. */
export interface AnyTopology {
  readonly address: Address
  /** All of them: first those that began as masters. */
  readonly nodes: readonly RedisNode[]
  /** Ends all of them and removes their files. */
  stop(): Promise<void>
}

/** The topology of these nodes. */
export function topologyOf<Kind extends Address['kind']>(
  address: AddressOf<Kind>,
  nodes: readonly RedisNode[],
): Topology<Kind> {
  return {
    address,
    nodes,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  }
}
