import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { atEachCall, forgetEnds, type Interruption, readEverywhere } from './world.ts'

const lost = () => Promise.reject(new Error('ECONNRESET'))
const deaths: [string, Interruption][] = [
  ['is not made', () => lost()],
  ['is made and its reply is lost', (run) => run().then(lost)],
]
const minute = 60_000

/** What a mover leaves behind when it dies must not come back once the session is over. */
describe.each(deaths)('after a mover died at a call that %s', (_title, death) => {
  test('a logout that had read the session before ends it for good', async () => {
    await atEachCall(
      async (world, interrupt) => {
        const { cookie } = world.ann
        await createVisitor(world.servers.old, cookie).request(async (session) => {
          await createVisitor(interrupt(death), cookie)
            .request(increment)
            .catch(() => undefined)
          await session.destroy()
        })
        forgetEnds(world)
        expect(await readEverywhere(world, cookie)).toBeNull()
      },
      { isDead: true },
    )
  })

  test('a re-authentication that shortens the limits shortens them for the old token too', async () => {
    await atEachCall(
      async (world, interrupt) => {
        const { cookie } = world.ann
        await createVisitor(interrupt(death), cookie)
          .request(increment)
          .catch(() => undefined)
        const limits = { maxAge: '1m', absoluteTimeout: '1m' } as const
        await createVisitor(world.servers.new, cookie).request((each) => each.login('ann', limits))
        world.clock.now += 2 * minute
        forgetEnds(world)
        expect(await readEverywhere(world, cookie)).toBeNull()
      },
      { isDead: true },
    )
  })

  test('a replay of the old token ends the session for good', async () => {
    await atEachCall(
      async (world, interrupt) => {
        const { cookie } = world.ann
        await createVisitor(interrupt(death), cookie)
          .request(increment)
          .catch(() => undefined)
        const owner = createVisitor(world.servers.new, cookie)
        await owner.request((session) => session.rotate())
        world.clock.now += 6 * minute
        await createVisitor(world.servers.new, cookie).request()
        for (const each of [cookie, owner.cookie])
          expect(await readEverywhere(world, each)).toBeNull()
        forgetEnds(world)
        for (const each of [cookie, owner.cookie])
          expect(await readEverywhere(world, each)).toBeNull()
      },
      { isDead: true },
    )
  })
})

function increment({ data }: { data: Record<string, unknown> }): void {
  data['n'] = Number(data['n'] ?? 0) + 1
}
