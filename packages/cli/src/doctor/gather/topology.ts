import { openNode, type RedisNode } from '../../redis/node.ts'
import type { Reached } from '../../redis/reach.ts'
import { openSentinel } from '../../redis/sentinels.ts'
import { type Endpoint, nameOf } from '../../redis/target.ts'
import { parseClusterNodes, parsePairs } from '../parse.ts'
import type { ClusterMember, SentinelSet, State } from '../state.ts'
import { ask } from './ask.ts'

/** The servers of a topology that could be opened, and what belongs to it. */
export interface Topology extends Pick<State, 'missing' | 'cluster' | 'sentinels'> {
  /** The first is the one that was reached first. */
  readonly nodes: readonly RedisNode[]
}

type Defer = (close: () => void) => void

/** Opens all servers of the topology. `defer` closes them when the command ends. */
export function gatherTopology(reached: Reached, defer: Defer): Promise<Topology> {
  const opener = createOpener(defer)
  if (reached.target.topology === 'cluster') return gatherCluster(reached, opener)
  if (reached.sentinel) return gatherSentinelSet(reached, reached.sentinel, opener)
  return Promise.resolve({ nodes: [reached.node], missing: [] })
}

/** Opens servers, and notes why others cannot be opened. */
interface Opener {
  open(
    endpoints: readonly Endpoint[],
    connect: (endpoint: Endpoint) => Promise<RedisNode>,
  ): Promise<RedisNode[]>
  readonly missing: readonly string[]
}

function createOpener(defer: Defer): Opener {
  const missing: string[] = []
  return {
    missing,
    async open(endpoints, connect) {
      const opened = endpoints.map(async (endpoint) => {
        try {
          const node = await connect(endpoint)
          defer(node.close)
          return [node]
        } catch (error) {
          missing.push(error instanceof Error ? error.message : nameOf(endpoint))
          return []
        }
      })
      return (await Promise.all(opened)).flat()
    },
  }
}

async function gatherCluster(
  { target: { access }, node }: Reached,
  { open, missing }: Opener,
): Promise<Topology> {
  const members = await askMembers(node)
  const others = (members ?? []).filter(({ isSelf }) => !isSelf).map(endpointOf)
  const nodes = [node, ...(await open(others, (endpoint) => openNode(endpoint, access)))]
  return { nodes, missing, cluster: members && { members: await askEach(nodes, members) } }
}

function askMembers(node: RedisNode): Promise<ClusterMember[] | undefined> {
  return ask(node, ['CLUSTER', 'NODES'], (reply) =>
    parseClusterNodes(String(reply), node.endpoint.host),
  )
}

/** Asks each member about itself, because another may not know yet that a master has given up a slot. */
async function askEach(
  nodes: readonly RedisNode[],
  members: readonly ClusterMember[],
): Promise<ClusterMember[]> {
  const views = await Promise.all(nodes.map(askMembers))
  const selves = views.flatMap((view) => view?.filter(({ isSelf }) => isSelf) ?? [])
  return members.map((member) => selves.find(({ id }) => id === member.id) ?? member)
}

async function gatherSentinelSet(
  { target: { access, endpoints, masterName = '' }, node }: Reached,
  sentinel: RedisNode,
  { open, missing }: Opener,
): Promise<Topology> {
  const list = async (what: 'REPLICAS' | 'SENTINELS') =>
    (await ask(sentinel, ['SENTINEL', what, masterName], readEndpoints)) ?? []
  const nodes = await open(await list('REPLICAS'), (endpoint) => openNode(endpoint, access))
  // A Sentinel counts the others whether they are up or not, so each is tried, not only those of the arguments.
  const others = new Map(
    [...endpoints, ...(await list('SENTINELS'))].map((each) => [nameOf(each), each]),
  )
  others.delete(nameOf(sentinel.endpoint))
  await open([...others.values()], (endpoint) => openSentinel(endpoint, access))
  const sentinels = await ask(sentinel, ['SENTINEL', 'MASTER', masterName], readSentinels)
  return { nodes: [node, ...nodes], missing, sentinels }
}

function readEndpoints(reply: unknown): Endpoint[] {
  const servers = Array.isArray(reply) ? reply.map(parsePairs) : []
  return servers.map(({ ip = '', port }) => ({ host: ip, port: Number(port) }))
}

function readSentinels(reply: unknown): SentinelSet {
  const master = parsePairs(reply)
  return {
    count: Number(master['num-other-sentinels']) + 1,
    quorum: Number(master['quorum']),
    replicas: Number(master['num-slaves']),
    flags: master['flags'] ?? '',
  }
}

function endpointOf({ name }: { name: string }): Endpoint {
  const at = name.lastIndexOf(':')
  return { host: name.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(name.slice(at + 1)) }
}
