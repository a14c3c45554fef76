import type { Visitor } from '@sojourn/conformance/store'
import { describe, expect, test } from 'vitest'
import type { Connect } from '../connect.ts'
import { type FaultFixture, fixtureOnServer, loggedIn } from '../fault-fixture.ts'
import { until } from '../until.ts'

const count = 400
const names = Array.from({ length: count }, (_, n) => `user-${n}`)

/** Registers tests of full memory with a `maxmemory-policy` other than `noeviction`. */
export function proveMemoryFaults(connect: Connect): void {
  describe('memory is full, and', () => {
    test('records of one user are evicted: they are ended sessions, and leave the index', async () => {
      const fixture = await fixtureOnServer(connect)
      const users = await Promise.all(Array.from({ length: count }, () => loggedIn(fixture)))
      await evict(fixture, 'allkeys-random')
      const alive = await survivors(users)
      console.info(`${alive.length} of ${count} alive`)
      expect(alive.length).toBeLessThan(count)
      expect(alive.length).toBeGreaterThan(0)
      await Promise.all(alive.map(change))
      expect(await fixture.manager.sessions('ann')).toHaveLength(alive.length)
      expect(await survivors(users)).toEqual(alive)
    })

    test('indexes are evicted by allkeys-lru: nothing throws, and they heal with the next change', async () => {
      const fixture = await fixtureOnServer(connect, ['maxmemory-samples 64'])
      const users = await Promise.all(names.map((name) => loggedIn(fixture, name)))
      await untilIdle(fixture)
      await survivors(users) // uses the records, and not the indexes
      await evict(fixture, 'allkeys-lru')
      const alive = await survivors(users)
      const listed = await countListed(fixture)
      console.info(`${alive.length} of ${count} alive, ${listed} of them listed`)
      expect(listed).toBeLessThan(alive.length)
      await Promise.all(alive.map(change))
      expect(await countListed(fixture)).toBe(alive.length)
      await expectAllRevoked(fixture, users)
    })

    test('records are evicted by volatile-ttl: they are ended sessions, and nothing comes back', async () => {
      const fixture = await fixtureOnServer(connect, ['maxmemory-samples 64'])
      const users = await Promise.all(names.map((name) => loggedIn(fixture, name)))
      const inFlight = await Promise.all(users.map((user) => user.copy().begin()))
      await evict(fixture, 'volatile-ttl')
      const alive = await survivors(users)
      console.info(`${alive.length} of ${count} alive`)
      expect(alive.length).toBeLessThan(count)
      expect(alive.length).toBeGreaterThan(0)
      for (const { session, finish } of inFlight) {
        session.data['n'] = 1
        await finish()
      }
      expect(await survivors(users)).toEqual(alive)
      expect(await countListed(fixture)).toBe(alive.length)
      await expectAllRevoked(fixture, users)
    })
  })
}

/** Returns the users who are still logged in. */
async function survivors(users: readonly Visitor[]): Promise<Visitor[]> {
  const seen = await Promise.all(users.map((user) => user.read()))
  return users.filter((_, index) => seen[index] !== null)
}

async function change(user: Visitor): Promise<void> {
  await user.request(({ data }) => Object.assign(data, { n: 1 }))
}

/** Returns how many sessions the indexes of all users list. */
async function countListed({ manager }: FaultFixture): Promise<number> {
  return (await Promise.all(names.map((name) => manager.sessions(name)))).flat().length
}

async function expectAllRevoked(
  { manager }: FaultFixture,
  users: readonly Visitor[],
): Promise<void> {
  await Promise.all(names.map((name) => manager.revokeAll(name)))
  expect(await survivors(users)).toEqual([])
}

/** Waits until the indexes have been unused for 1 s, the resolution of Redis. */
async function untilIdle({ node, prefix }: FaultFixture): Promise<void> {
  const keys = await node.command('KEYS', `${prefix}*}`)
  const indexes = Array.isArray(keys) ? keys.map(String) : []
  await until('the indexes to be idle', async () => {
    const times = await Promise.all(indexes.map((key) => node.command('OBJECT', 'IDLETIME', key)))
    return times.every((seconds) => Number(seconds) >= 1)
  })
}

/**
 * Makes Redis evict keys because its memory is full while some users log in. Afterwards it has room again, so that
 * nothing more is evicted during the assertions.
 */
async function evict(fixture: FaultFixture, policy: string): Promise<void> {
  const { node } = fixture
  await node.command('CONFIG', 'SET', 'maxmemory-policy', policy)
  const lackMemory = async () => {
    const used = numberIn(await node.command('INFO', 'memory'), 'used_memory')
    await node.command('CONFIG', 'SET', 'maxmemory', String(used - 20_000))
  }
  await lackMemory()
  for (const name of ['eve', 'fay', 'gus', 'hal', 'ivy']) await loggedIn(fixture, name)
  let evicted = 0
  await until('Redis to evict', async () => {
    evicted = numberIn(await node.command('INFO', 'stats'), 'evicted_keys')
    if (evicted >= 20) return true
    await lackMemory() // buffers of connections, which were in use before, may have made room
    return false
  })
  await node.command('CONFIG', 'SET', 'maxmemory', '0')
  console.info(`${policy}: ${evicted} keys evicted`)
}

function numberIn(info: unknown, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(String(info))?.[1])
}
