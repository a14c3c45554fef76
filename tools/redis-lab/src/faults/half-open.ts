import { describe, expect, test } from 'vitest'
import type { Connect } from '../connect.ts'
import { type FaultFixture, fixtureOn, loggedIn } from '../fault-fixture.ts'
import { type Load, startLoad } from '../load.ts'
import {
  type ProxiedTopology,
  startProxiedCluster,
  startProxiedSentinel,
  startProxiedStandalone,
} from '../proxied.ts'
import type { TcpProxy } from '../proxy.ts'
import { until } from '../until.ts'

/** Whether a client replaces a half-open connection before the next request, or needs the request to notice. */
export type IdleClient = 'notices by itself' | 'notices with the next request'

/**
 * Registers tests in which a NAT forgets the connection between a client and its server: what is sent is lost, and
 * nobody is told. Clients must replace it. How long that takes is printed, not asserted.
 */
export function proveHalfOpen(connect: Connect, idleClient: IdleClient): void {
  describe('a half-open connection to one server', () => {
    test('is replaced under traffic', async () => {
      await expectRecovery(await startProxiedStandalone(), connect, (proxy) => proxy.halfOpen())
    })

    test('is replaced when idle, and the next requests succeed', async () => {
      const topology = await startProxiedStandalone()
      const { fixture, proxy } = await proxiedFixture(topology, connect)
      const user = await loggedIn(fixture)
      const { cookie } = user
      const accepted = proxy.accepted()
      proxy.halfOpen()
      if (idleClient === 'notices by itself')
        await until('a new connection', () => proxy.accepted() > accepted)
      const began = performance.now()
      await until('a request to succeed', async () => (await user.read()) !== null)
      report('idle', began)
      expect(user.cookie).toBe(cookie)
    })
  })
}

/** Registers more such tests of one server. */
export function proveHalfOpenVariants(connect: Connect): void {
  describe('a half-open connection to one server', () => {
    test('that loses the replies only is replaced, and no change counts twice', async () => {
      await expectRecovery(await startProxiedStandalone(), connect, (proxy) =>
        proxy.halfOpen('replies'),
      )
    })

    test('is replaced once new connections are no longer refused', async () => {
      await expectRecovery(await startProxiedStandalone(), connect, async (proxy, load) => {
        proxy.halfOpen()
        proxy.refuse()
        await untilFailed(load, 100)
        proxy.mend()
      })
    })

    test('is replaced once new connections are no longer half-open too', async () => {
      await expectRecovery(await startProxiedStandalone(), connect, async (proxy, load) => {
        const accepted = proxy.accepted()
        proxy.halfOpen()
        proxy.halfOpenNew()
        await until('a new connection', () => proxy.accepted() > accepted)
        await untilFailed(load, load.failures() + 20)
        proxy.mend()
      })
    })
  })
}

/** Registers such tests of a Cluster and of a Sentinel set. */
export function proveHalfOpenTopologies(connect: Connect): void {
  describe('half-open connections', () => {
    test('to all nodes of a Cluster are replaced', async () => {
      await expectRecovery(await startProxiedCluster(), connect, (_proxy, _load, proxies) => {
        for (const proxy of proxies) proxy.halfOpen()
      })
    })

    test('to one node of a Cluster is replaced, and the others serve meanwhile', async () => {
      await expectRecovery(await startProxiedCluster(), connect, (proxy) => proxy.halfOpen())
    })

    test('to the master of a Sentinel set is replaced', async () => {
      await expectRecovery(await startProxiedSentinel(), connect, (proxy) => proxy.halfOpen())
    })
  })
}

/** Users change their sessions while `breakIt` breaks connections. Fails unless the requests of all succeed again. */
async function expectRecovery(
  topology: ProxiedTopology,
  connect: Connect,
  breakIt: (proxy: TcpProxy, load: Load, proxies: readonly TcpProxy[]) => void | Promise<void>,
): Promise<void> {
  const { fixture, proxy } = await proxiedFixture(topology, connect)
  const names = Array.from({ length: 12 }, (_, index) => `user-${index}`)
  const load = startLoad(await Promise.all(names.map((name) => loggedIn(fixture, name))))
  const began = performance.now()
  await breakIt(proxy, load, topology.proxies)
  const ended = performance.now()
  await untilFailed(load, 1)
  await until('all requests to succeed again', () => load.succeeds())
  report(topology.address.kind, began, ended)
  await load.stop()
  await load.expectExact()
}

/** Returns an application on the topology, and the first of its proxies. */
async function proxiedFixture(topology: ProxiedTopology, connect: Connect) {
  const fixture: FaultFixture = await fixtureOn(topology, connect)
  const [proxy] = topology.proxies
  if (!proxy) throw new Error('A topology has a proxy')
  return { fixture, proxy }
}

function untilFailed(load: Load, count: number): Promise<void> {
  return until(`${count} requests to fail`, () => load.failures() >= count)
}

function report(what: string, began: number, mended = began): void {
  const [whole, since] = [began, mended].map((from) => (performance.now() - from).toFixed(0))
  console.info(
    `${what}: requests succeed again ${whole} ms after the fault, ${since} ms after its end`,
  )
}
