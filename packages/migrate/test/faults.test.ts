import { describe, expect, test } from 'vitest'
import { visit } from './support.ts'
import { atEachCall, forgetEnds, type Interruption, liveIn, look } from './world.ts'

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
      const before = ann.jar.cookie
      const moving = visit(interrupt(fault), ann, (session) => session.update(increment))
      const failed = await moving.then(
        () => undefined,
        (error: { status: number }) => error,
      )
      if (failed) expect(failed).toMatchObject({ status: 503 })
      expect(ann.jar.cookie).toBe(before)
      const n = (await look(world, before))?.['n']
      expect(failed ? [1, 2] : [2]).toContain(n)
      await visit(world.servers.new, ann, (session) => session.update(increment))
      expect(await look(world, before)).toEqual({ n: Number(n) + 1 })
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
            const { cookie } = ann.jar
            await visit(interrupt(fault), ann, (session) => session.update(increment)).catch(
              () => undefined,
            )
            const n = (await look(world, cookie))?.['n']
            expect([1, 2]).toContain(n)
            expect(await servers.new.sessions('ann')).toHaveLength(1)
            if (after === 'write') {
              await visit(servers.old, ann, (session) => session.update(increment))
              await visit(servers.new, ann, (session) => session.update(increment))
              expect(await look(world, cookie)).toEqual({ n: Number(n) + 2 })
              expect(liveIn(world)).toContain('to')
              return
            }
            if (after === 'logout') await visit(servers.old, ann, (session) => session.destroy())
            else expect(await servers.old.revokeAll('ann')).toBe(1)
            forgetEnds(world)
            expect(await look(world, cookie)).toBeNull()
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
