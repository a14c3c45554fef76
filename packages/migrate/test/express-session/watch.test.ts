import { expect, onTestFinished, test } from 'vitest'
import { createWorld, moved } from './world.ts'

const minute = 60_000

/** A watch by an old cookie, and the browser that has it. */
async function watched() {
  const world = await createWorld()
  const server = world.server()
  const replays: unknown[] = []
  server.on('replayed', (event) => replays.push(event))
  const old = await world.oldBrowser({ userId: 'ann' })
  const watch = await server.watch({ cookie: old.cookie ?? '' })
  onTestFinished(() => watch.close())
  return { world, server, replays, watch, ann: moved(server, old) }
}

test.each([0, 3, 20, 60])(
  'a watch that hears of an import %i minutes later goes on, and is no thief',
  async (minutes) => {
    const { world, replays, watch, ann } = await watched()
    await ann.request()
    for (let n = 0; n < minutes; n++) {
      world.clock.now += minute
      await ann.request()
    }
    expect(await watch.keepAlive()).toBe(true)
    expect(replays).toEqual([])
    expect(await ann.read()).toMatchObject({ userId: 'ann' })
    await ann.request((session) => session.destroy())
    expect(await watch.ended).toBe('logout')
  },
)

test('a watch of a session that has not been imported ends with a revokeAll', async () => {
  const { server, watch } = await watched()
  await server.revokeAll('ann')
  expect(await watch.keepAlive()).toBe(false)
})
