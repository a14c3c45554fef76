import { startNode } from './redis-node.ts'
import { type Topology, topologyOf } from './topology.ts'

/** Starts one server without a password on loopback. `lines` are added to its redis.conf. */
export async function startStandalone(
  lines: readonly string[] = [],
): Promise<Topology<'standalone'>> {
  const node = await startNode({ lines })
  return topologyOf<'standalone'>({ kind: 'standalone', host: node.host, port: node.port }, [node])
}
