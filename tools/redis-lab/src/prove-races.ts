import { createVisitor, type TestData, type Visit, type Visitor } from '@sojourn/conformance/store'
import type { SessionManager } from '@sojourn/core'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Address, Endpoint } from './address.ts'
import type { Connect } from './connect.ts'
import { type Job, serve, startFleet } from './fleet.ts'
import { freshPrefix } from './prefix.ts'
import { sharedServers } from './shared.ts'
import { type Traffic, type TrafficMonitor, monitorTraffic } from './monitor.ts'

const at = Date.UTC(2030, 0, 1)
const touchInterval = 60_000

/** Registers what must hold between four servers that are processes of their own, on one Redis and on a Cluster. */
export function proveRaces(connect: Connect, program: string): void {
  const fleet = startFleet(program, 4)
  afterAll(() => fleet.stop())
  const { standalone, cluster } = sharedServers()

  describe.each([standalone, cluster])('four processes, $kind', (address) => {
    test('20 updates in each are 80', async () => {
      const { users, job } = await sceneOf(['ann'])
      await fleet.run(job({ task: 'add twenty' }))
      expect((await users[0]?.peek())?.data).toEqual({ n: 80 })
    })

    test('40 logins leave the 3 of the limit', async () => {
      const { manager, job } = await sceneOf([])
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
      const scene = await sceneOf(Array.from({ length: 40 }, (_, n) => `user-${n % 20}`))
      const { users, names, manager } = scene
      const visits = await Promise.all(users.map((user) => user.copy().begin()))
      const endAll = (isMine: (n: number) => boolean) => () =>
        Promise.all(visits.filter((_, n) => isMine(n)).map((visit) => ends[ending](visit, manager)))
      const now = task === 'touch' ? at + touchInterval : at
      await fleet.run(scene.job({ task, at: now }), {
        between: endAll((n) => n % 20 < 10),
        meanwhile: endAll((n) => n % 20 >= 10),
      })
      const left = await Promise.all(names.map((name) => manager.sessions(name)))
      expect(left.flat()).toEqual([])
      const looks = await Promise.all(users.map((user) => user.peek()))
      expect(looks.filter(Boolean)).toEqual([])
    })

    test('a touch interval costs one write per session, and the rest of it none', async () => {
      const { users, job, prefix } = await sceneOf(
        Array.from({ length: 20 }, (_, n) => `user-${n}`),
      )
      const watches = await Promise.all(mastersOf(address).map(monitorTraffic))
      onTestFinished(() => {
        for (const watch of watches) watch.stop()
      })
      const five = Array.from({ length: 5 }, () => cookiesOf(users)).flat()
      const later = { task: 'touch', at: at + touchInterval, cookies: five } as const
      const first = await seen(watches, () => fleet.run(job(later)))
      expect(written(first, prefix)).toBe(20)
      const second = await seen(watches, () => fleet.run(job(later)))
      expect(commands(second, prefix)).toEqual(Array(4 * five.length).fill('get'))
    })

    /** Logged in users on a server of the test's own, and a job that has the fleet serve the same. */
    async function sceneOf(names: readonly string[]) {
      const prefix = freshPrefix()
      const { manager, close } = await serve(connect, { address, prefix, at })
      onTestFinished(close)
      const users = names.map(() => createVisitor(manager))
      await Promise.all(
        users.map((user, n) => user.visit((session) => session.login(names[n] ?? ''))),
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

/** How the session of a request ends; the request found it before anybody else went on. */
const ends = {
  async logout({ session, finish }: Visit): Promise<void> {
    await session.destroy()
    await finish()
  },
  async revokeAll({ session }: Visit, manager: SessionManager<TestData>): Promise<void> {
    await manager.revokeAll(session.userId ?? '')
  },
}

function cookiesOf(users: readonly Visitor[]): string[] {
  return users.map(({ cookie = '' }) => cookie)
}

/** In the shared Cluster nobody fails, so the first three stay the masters. */
function mastersOf(address: Address): readonly Endpoint[] {
  if (address.kind === 'cluster') return address.nodes.slice(0, 3)
  if (address.kind === 'standalone') return [address]
  throw new Error(`Nobody races on ${address.kind}`)
}

/** What several servers were asked while something ran. */
async function seen(
  [watch, ...others]: readonly TrafficMonitor[],
  run: () => Promise<unknown>,
): Promise<readonly Traffic[]> {
  if (!watch) return run().then(() => [])
  let inner: readonly Traffic[] = []
  const own = await watch.during(async () => {
    inner = await seen(others, run)
  })
  return [own, ...inner]
}

/** How many rows below a prefix were written, by scripts as all are. */
function written(traffic: readonly Traffic[], prefix: string): number {
  const all = traffic.flatMap(({ scripted }) => scripted)
  return all.filter(([name, key]) => name === 'SET' && key?.startsWith(prefix)).length
}

/** What clients sent that concerns a prefix. */
function commands(traffic: readonly Traffic[], prefix: string): string[] {
  const all = traffic.flatMap(({ sent }) => sent)
  return all
    .filter((words) => words.some((word) => word.startsWith(prefix)))
    .map(([name = '']) => name.toLowerCase())
}
