import { describe, expect, test } from 'vitest'
import { atEachCall, forgetEnds, type Interruption, liveIn, readEverywhere } from './world.ts'

const lost = () => Promise.reject(new Error('ECONNRESET'))

/** How a call may go wrong: not made, or made and not answered. */
const faults: [string, Interruption][] = [
  ['is not made', () => lost()],
  ['is made and its reply is lost', (run) => run().then(lost)],
]

describe.each(faults)('a call of a move that %s', (_title, fault) => {
  test('is an error or made up for: the session stays, and nothing is applied twice', async () => {
    const calls = await atEachCall(async (world, interrupt) => {
      const { ann } = world
      const before = ann.cookie
      const moving = ann.at(interrupt(fault)).request((session) => session.update(increment))
      const failed = await moving.then(
        () => undefined,
        (error: { status: number }) => error,
      )
      if (failed) expect(failed).toMatchObject({ status: 503 })
      expect(ann.cookie).toBe(before)
      const n = (await readEverywhere(world, before))?.['n']
      expect(failed ? [1, 2] : [2]).toContain(n)
      await ann.at(world.servers.new).request((session) => session.update(increment))
      expect(await readEverywhere(world, before)).toEqual({ n: Number(n) + 1 })
      expect(liveIn(world)).toEqual(['to'])
    })
    expect(calls).toBeGreaterThanOrEqual(6)
  })
})

describe.each(faults)(
  'a server that dies in the middle of a move, at a call that %s',
  (_t, fault) => {
    test('leaves the session whole: it opens, can be written, and logs out for good', async () => {
      for (const after of ['write', 'logout', 'revokeAll'] as const)
        await atEachCall(
          async (world, interrupt) => {
            const { ann, servers } = world
            const { cookie } = ann
            await ann
              .at(interrupt(fault))
              .request((session) => session.update(increment))
              .catch(() => undefined)
            const n = (await readEverywhere(world, cookie))?.['n']
            expect([1, 2]).toContain(n)
            expect(await servers.new.sessions('ann')).toHaveLength(1)
            if (after === 'write') {
              await ann.at(servers.old).request((session) => session.update(increment))
              await ann.at(servers.new).request((session) => session.update(increment))
              expect(await readEverywhere(world, cookie)).toEqual({ n: Number(n) + 2 })
              expect(liveIn(world)).toContain('to')
              return
            }
            if (after === 'logout')
              await ann.at(servers.old).request((session) => session.destroy())
            else expect(await servers.old.revokeAll('ann')).toBe(1)
            forgetEnds(world)
            expect(await readEverywhere(world, cookie)).toBeNull()
          },
          { isDead: true },
        )
    })
  },
)

function increment(data: object): void {
  const counted = data as { n?: number }
  counted.n = (counted.n ?? 0) + 1
}
