import type { RedisNode } from '../../redis/node.ts'
import { openNode } from '../../redis/node.ts'
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

type Open = (endpoint: Endpoint) => Promise<RedisNode>

/** Opens all servers of the topology. `defer` closes them when the command ends. */
export async function gatherTopology(
  reached: Reached,
  defer: (close: () => void) => void,
): Promise<Topology> {
  const { target, node, sentinel } = reached
  const missing: string[] = []
  const tryOpen = async (endpoint: Endpoint, open: Open): Promise<RedisNode[]> => {
    try {
      const opened = await open(endpoint)
      defer(opened.close)
      return [opened]
    } catch (error) {
      missing.push(error instanceof Error ? error.message : nameOf(endpoint))
      return []
    }
  }
  const openServer: Open = (endpoint) => openNode(endpoint, target.access)
  const others = (endpoints: readonly Endpoint[], open: Open) =>
    Promise.all(endpoints.map((endpoint) => tryOpen(endpoint, open)))

  if (target.topology === 'cluster') {
    const members = await askMembers(node)
    const endpoints = (members ?? []).filter(({ isSelf }) => !isSelf).map(endpointOf)
    const nodes = [node, ...(await others(endpoints, openServer)).flat()]
    return { nodes, missing, cluster: members && { members: await askEach(nodes, members) } }
  }
  if (sentinel) {
    const { sentinels, endpoints } = await gatherSentinels(sentinel, target.masterName ?? '')
    const opened = await others(endpoints, openServer)
    const given = target.endpoints.filter(
      (endpoint) => nameOf(endpoint) !== nameOf(sentinel.endpoint),
    )
    await others(given, (endpoint) => openSentinel(endpoint, target.access))
    return { nodes: [node, ...opened.flat()], missing, sentinels }
  }
  return { nodes: [node], missing }
}

function askMembers(node: RedisNode): Promise<ClusterMember[] | undefined> {
  return ask(node, ['CLUSTER', 'NODES'], (reply) =>
    parseClusterNodes(String(reply), node.endpoint.host),
  )
}

/** Replaces what one member knows of the others by what they say of themselves: a slot that its master has given up is served by nobody. */
async function askEach(
  nodes: readonly RedisNode[],
  members: readonly ClusterMember[],
): Promise<ClusterMember[]> {
  const views = await Promise.all(nodes.map(askMembers))
  const selves = views.flatMap((view) => view?.filter(({ isSelf }) => isSelf) ?? [])
  return members.map((member) => selves.find(({ id }) => id === member.id) ?? member)
}

/** Asks a Sentinel for what it knows of the master, and for the replicas. */
async function gatherSentinels(
  sentinel: RedisNode,
  name: string,
): Promise<{ sentinels: SentinelSet | undefined; endpoints: readonly Endpoint[] }> {
  const sentinels = await ask(sentinel, ['SENTINEL', 'MASTER', name], (reply): SentinelSet => {
    const master = parsePairs(reply)
    return {
      count: Number(master['num-other-sentinels']) + 1,
      quorum: Number(master['quorum']),
      replicas: Number(master['num-slaves']),
      flags: master['flags'] ?? '',
    }
  })
  const endpoints = await ask(sentinel, ['SENTINEL', 'REPLICAS', name], (reply) =>
    (Array.isArray(reply) ? reply.map(parsePairs) : []).map(
      ({ ip = '', port }): Endpoint => ({ host: ip, port: Number(port) }),
    ),
  )
  return { sentinels, endpoints: endpoints ?? [] }
}

function endpointOf({ name }: { name: string }): Endpoint {
  const at = name.lastIndexOf(':')
  return { host: name.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(name.slice(at + 1)) }
}
