import { startCluster } from './cluster.ts'
import { startProxy, type TcpProxy } from './proxy.ts'
import { startSentinel } from './sentinel.ts'
import { startStandalone } from './standalone.ts'
import type { AnyTopology } from './topology.ts'
import { until } from './until.ts'

/** A topology that clients reach through proxies. */
export interface ProxiedTopology extends AnyTopology {
  /** The proxies before the servers that clients talk to, in the order of `nodes`. */
  readonly proxies: readonly TcpProxy[]
}

/** Starts a server behind a proxy. */
export async function startProxiedStandalone(): Promise<ProxiedTopology> {
  const { nodes, stop } = await startStandalone()
  const proxies = await Promise.all(nodes.map(startProxy))
  const [{ host, port } = unreachable()] = proxies
  return {
    address: { kind: 'standalone', host, port },
    nodes,
    proxies,
    stop: stopAll(proxies, stop),
  }
}

/** Starts a Cluster whose nodes announce their proxies. */
export async function startProxiedCluster(): Promise<ProxiedTopology> {
  const { nodes, stop } = await startCluster()
  const proxies = await Promise.all(nodes.map(startProxy))
  const ports = proxies.map(({ port }) => String(port))
  await Promise.all(
    nodes.map((node, n) => node.command('CONFIG', 'SET', 'cluster-announce-port', `${ports[n]}`)),
  )
  await until('all to announce the proxies', async () => {
    const seen = await Promise.all(nodes.map((node) => node.command('CLUSTER', 'NODES')))
    return seen.every((list) => ports.every((port) => String(list).includes(`:${port}@`)))
  })
  const endpoints = proxies.map(({ host, port }) => ({ host, port }))
  return {
    address: { kind: 'cluster', nodes: endpoints },
    nodes,
    proxies,
    stop: stopAll(proxies, stop),
  }
}

/** Starts a Sentinel set that watches its master through a proxy and does not replace it. */
export async function startProxiedSentinel(): Promise<ProxiedTopology> {
  const { address, nodes, stop } = await startSentinel()
  const [master = unreachable()] = nodes
  const proxy = await startProxy(master)
  const watchers = nodes.filter(({ port }) => address.sentinels.some((each) => each.port === port))
  const { name } = address
  await Promise.all(
    watchers.map(async (watcher) => {
      await watcher.command('SENTINEL', 'REMOVE', name)
      await watcher.command('SENTINEL', 'MONITOR', name, proxy.host, `${proxy.port}`, '2')
      await watcher.command('SENTINEL', 'SET', name, 'down-after-milliseconds', '600000')
    }),
  )
  await until('the sentinels to know the proxy', async () => {
    const infos = await Promise.all(watchers.map((watcher) => watcher.command('INFO', 'sentinel')))
    return infos.every((info) => String(info).includes(`:${proxy.port},slaves=2,sentinels=3`))
  })
  return { address, nodes, proxies: [proxy], stop: stopAll([proxy], stop) }
}

function stopAll(proxies: readonly TcpProxy[], stop: () => Promise<void>) {
  return async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()))
    await stop()
  }
}

function unreachable(): never {
  throw new Error('A topology has a node')
}
