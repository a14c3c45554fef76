import { describe, expect, test } from 'vitest'
import { visit } from './support.ts'
import { atEachCall, forgetEnds, type Interruption, look, withCookie } from './world.ts'

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
        const { cookie } = world.ann.jar
        await visit(world.servers.old, withCookie(cookie), async (session) => {
          await visit(interrupt(death), withCookie(cookie), increment).catch(() => undefined)
          await session.destroy()
        })
        forgetEnds(world)
        expect(await look(world, cookie)).toBeNull()
      },
      { isDead: true },
    )
  })

  test('a re-authentication that shortens the limits shortens them for the old token too', async () => {
    await atEachCall(
      async (world, interrupt) => {
        const { cookie } = world.ann.jar
        await visit(interrupt(death), withCookie(cookie), increment).catch(() => undefined)
        const limits = { maxAge: '1m', absoluteTimeout: '1m' } as const
        await visit(world.servers.new, withCookie(cookie), (each) => each.login('ann', limits))
        world.clock.now += 2 * minute
        forgetEnds(world)
        expect(await look(world, cookie)).toBeNull()
      },
      { isDead: true },
    )
  })

  test('a replay of the old token ends the session for good', async () => {
    await atEachCall(
      async (world, interrupt) => {
        const { cookie } = world.ann.jar
        await visit(interrupt(death), withCookie(cookie), increment).catch(() => undefined)
        const owner = withCookie(cookie)
        await visit(world.servers.new, owner, (session) => session.rotate())
        world.clock.now += 6 * minute
        await visit(world.servers.new, withCookie(cookie))
        for (const each of [cookie, owner.jar.cookie]) expect(await look(world, each)).toBeNull()
        forgetEnds(world)
        for (const each of [cookie, owner.jar.cookie]) expect(await look(world, each)).toBeNull()
      },
      { isDead: true },
    )
  })
})

function increment({ data }: { data: Record<string, unknown> }): void {
  data['n'] = Number(data['n'] ?? 0) + 1
}
