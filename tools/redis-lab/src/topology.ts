import type { Address, AddressOf } from './address.ts'
import type { RedisNode } from './redis-node.ts'

/** Servers that belong together, and their address. */
export interface Topology<Kind extends Address['kind']> extends AnyTopology {
  readonly address: AddressOf<Kind>
}

/** A topology of any kind. */
export interface AnyTopology {
  readonly address: Address
  /** All servers; the initial masters come first. */
  readonly nodes: readonly RedisNode[]
  /** Stops all servers and removes their files. */
  stop(): Promise<void>
}

/** Creates the topology of some nodes. */
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
