import { freePort } from './free-port.ts'
import { type RedisNode, startNode } from './redis-node.ts'
import { replicationLines, untilLinked } from './replication.ts'
import { type Topology, topologyOf } from './topology.ts'
import { until } from './until.ts'

const slots = 16_384
const masters = 3

interface Member extends RedisNode {
  /** The port of the cluster bus. */
  readonly bus: number
}

/** Starts a Cluster of three masters, each with a replica that takes over about 3 s after its master has died. */
export async function startCluster(): Promise<Topology<'cluster'>> {
  const members = await Promise.all(Array.from({ length: 2 * masters }, startMember))
  await Promise.all(members.slice(0, masters).map(takeSlots))
  await Promise.all(members.map((member) => meet(member, members)))
  await until('all to know each other', () => everyMember(members, knows(members.length)))
  await Promise.all(members.slice(masters).map((each, index) => follow(each, members[index])))
  await until('the cluster to serve', () => everyMember(members, serves))
  await until('all to know the replicas', () => everyMember(members, knowsReplicas))
  const nodes = members.map(({ host, port }) => ({ host, port }))
  return topologyOf<'cluster'>({ kind: 'cluster', nodes }, members)
}

async function startMember(): Promise<Member> {
  const bus = await freePort()
  const lines = [
    'cluster-enabled yes',
    `cluster-port ${bus}`,
    'cluster-node-timeout 2000',
    'cluster-replica-validity-factor 0',
    ...replicationLines,
  ]
  return { ...(await startNode({ lines })), bus }
}

async function takeSlots(master: RedisNode, index: number): Promise<void> {
  const from = Math.floor((slots * index) / masters)
  const to = Math.floor((slots * (index + 1)) / masters) - 1
  await master.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`)
  await master.command('CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${to}`)
}

/** Introduces a member to all others, which takes one round of gossip instead of several. */
async function meet(member: Member, members: readonly Member[]): Promise<void> {
  for (const { host, port, bus } of members)
    if (port !== member.port) await member.command('CLUSTER', 'MEET', host, `${port}`, `${bus}`)
}

async function follow(replica: RedisNode, master: RedisNode | undefined): Promise<void> {
  const id = String(await master?.command('CLUSTER', 'MYID'))
  await replica.command('CLUSTER', 'REPLICATE', id)
  await untilLinked(replica)
}

async function everyMember(
  members: readonly Member[],
  holds: (member: Member) => Promise<boolean>,
): Promise<boolean> {
  return (await Promise.all(members.map(holds))).every(Boolean)
}

const knows = (count: number) => async (member: Member) => {
  const nodes = String(await member.command('CLUSTER', 'NODES'))
  return nodes.trim().split('\n').length === count && !/handshake|fail\b|noaddr/.test(nodes)
}

const serves = async (member: Member) =>
  String(await member.command('CLUSTER', 'INFO')).includes('cluster_state:ok')

const knowsReplicas = async (member: Member) =>
  String(await member.command('CLUSTER', 'NODES')).match(/slave/g)?.length === masters
