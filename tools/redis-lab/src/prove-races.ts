import {
  createVisitor,
  type PendingRequest,
  type TestData,
  type Visitor,
} from '@sojourn/conformance/store'
import type { SessionManager } from '@sojourn/core'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Address, Endpoint } from './address.ts'
import type { Connect } from './connect.ts'
import { type Job, serve, startFleet } from './fleet.ts'
import { monitorTraffic, type Traffic, type TrafficMonitor } from './monitor.ts'
import { freshPrefix } from './prefix.ts'
import { sharedServers } from './shared.ts'

const at = Date.UTC(2030, 0, 1)
const touchInterval = 60_000

/** Registers the races between four server processes, on one Redis and on a Cluster. `program` calls `takePart`. */
export function proveRaces(connect: Connect, program: string): void {
  const fleet = startFleet(program, 4)
  afterAll(() => fleet.stop())
  const { standalone, cluster } = sharedServers()

  describe.each([standalone, cluster])('four processes, $kind', (address) => {
    test('20 updates in each are 80', async () => {
      const { users, job } = await setUp(['ann'])
      await fleet.run(job({ task: 'add twenty' }))
      expect((await users[0]?.read())?.data).toEqual({ n: 80 })
    })

    test('40 logins leave the 3 of the limit', async () => {
      const { manager, job } = await setUp([])
      await fleet.run(job({ task: 'log in ten' }))
      expect(await manager.sessions('ann')).toHaveLength(3)
    })

    test.each([
      ['logout', 'save'],
      ['logout', 'update'],
      ['logout', 'rotate'],
      ['logout', 'touch'],
      ['revokeAll', 'save'],
    ] as const)('%s wins against a slower %s', async (ending, task) => {
      const scene = await setUp(Array.from({ length: 40 }, (_, n) => `user-${n % 20}`))
      const { users, names, manager } = scene
      const requests = await Promise.all(users.map((user) => user.copy().begin()))
      const endAll = (isMine: (n: number) => boolean) => () =>
        Promise.all(
          requests.filter((_, n) => isMine(n)).map((request) => ends[ending](request, manager)),
        )
      const now = task === 'touch' ? at + touchInterval : at
      await fleet.run(scene.job({ task, at: now }), {
        between: endAll((n) => n % 20 < 10),
        meanwhile: endAll((n) => n % 20 >= 10),
      })
      const left = await Promise.all(names.map((name) => manager.sessions(name)))
      expect(left.flat()).toEqual([])
      const peeked = await Promise.all(users.map((user) => user.read()))
      expect(peeked.filter(Boolean)).toEqual([])
    })

    test('a touch interval costs one write per session, and the rest of it none', async () => {
      const { users, job, prefix } = await setUp(Array.from({ length: 20 }, (_, n) => `user-${n}`))
      const monitors = await Promise.all(mastersOf(address).map(monitorTraffic))
      onTestFinished(() => {
        for (const monitor of monitors) monitor.stop()
      })
      const five = Array.from({ length: 5 }, () => cookiesOf(users)).flat()
      const later = { task: 'touch', at: at + touchInterval, cookies: five } as const
      const first = await trafficDuring(monitors, () => fleet.run(job(later)))
      expect(countWrites(first, prefix)).toBe(20)
      const second = await trafficDuring(monitors, () => fleet.run(job(later)))
      expect(commandsBelow(second, prefix)).toEqual(Array(4 * five.length).fill('get'))
    })

    /** Logs users in on a server of the test's own; `job` creates a job in which the fleet serves the same users. */
    async function setUp(names: readonly string[]) {
      const prefix = freshPrefix()
      const { manager, close } = await serve(connect, { address, prefix, at })
      onTestFinished(close)
      const users = names.map(() => createVisitor(manager))
      await Promise.all(
        users.map((user, n) => user.request((session) => session.login(names[n] ?? ''))),
      )
      const job = (more: Pick<Job, 'task'> & Partial<Job>): Job => ({
        address,
        prefix,
        at,
        cookies: cookiesOf(users),
        ...more,
      })
      return { manager, users, names, prefix, job }
    }
  })
}

/** Ways to end the session of a request that has loaded it before. */
const ends = {
  async logout({ session, finish }: PendingRequest): Promise<void> {
    await session.destroy()
    await finish()
  },
  async revokeAll({ session }: PendingRequest, manager: SessionManager<TestData>): Promise<void> {
    await manager.revokeAll(session.userId ?? '')
  },
}

function cookiesOf(users: readonly Visitor[]): string[] {
  return users.map(({ cookie = '' }) => cookie)
}

/** Returns the masters. No node of the shared Cluster fails, so the first three stay its masters. */
function mastersOf(address: Address): readonly Endpoint[] {
  if (address.kind === 'cluster') return address.nodes.slice(0, 3)
  if (address.kind === 'standalone') return [address]
  throw new Error(`There are no races on ${address.kind}`)
}

/** Returns the commands that several servers received while `run` ran. */
async function trafficDuring(
  [monitor, ...others]: readonly TrafficMonitor[],
  run: () => Promise<unknown>,
): Promise<readonly Traffic[]> {
  if (!monitor) return run().then(() => [])
  let inner: readonly Traffic[] = []
  const own = await monitor.during(async () => {
    inner = await trafficDuring(others, run)
  })
  return [own, ...inner]
}

/** Returns how many rows below a prefix were written. All rows are written by scripts. */
function countWrites(traffic: readonly Traffic[], prefix: string): number {
  const all = traffic.flatMap(({ scripted }) => scripted)
  return all.filter(([name, key]) => name === 'SET' && key?.startsWith(prefix)).length
}

/** Returns the names of the commands that clients sent with a key below a prefix. */
function commandsBelow(traffic: readonly Traffic[], prefix: string): string[] {
  const all = traffic.flatMap(({ sent }) => sent)
  return all
    .filter((args) => args.some((arg) => arg.startsWith(prefix)))
    .map(([name = '']) => name.toLowerCase())
}
