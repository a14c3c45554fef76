import { controlledBackend } from '@sojourn/conformance/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeScene, minute, request, t0 } from './support.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** Two servers that share their revocations, and a socket on one of them. */
async function connect() {
  const { backend: revocations, calls } = controlledBackend()
  const config = { maxAge: '40m', touchInterval: '1m' } as const
  const [here, there] = [makeScene({ revocations, config }), makeScene({ revocations, config })]
  const { cookie = '', session } = await request(here.manager, undefined, (each) =>
    each.login('ann'),
  )
  const watch = await here.manager.watch({ cookie })
  const heard: string[] = []
  watch.ended.then((why) => heard.push(why))
  calls.length = 0
  const pass = async (ms: number) => {
    here.clock.now += ms
    there.clock.now += ms
    await vi.advanceTimersByTimeAsync(ms)
  }
  return { there, cookie, id: session.id, watch, heard, calls, pass }
}

test('a socket on a sealed session hears within a window that another server has revoked it', async () => {
  const { there, id, heard, pass } = await connect()
  await pass(5 * minute)
  expect(heard).toEqual([])
  expect(await there.manager.revoke(id)).toBe(true)
  await pass(minute)
  expect(heard).toEqual(['revoked'])
})

test('and that another server has elevated it', async () => {
  const { there, cookie, heard, pass } = await connect()
  await request(there.manager, cookie, (session) => session.login('ann'))
  await pass(minute)
  expect(heard).toEqual(['stale'])
})

test('messages prolong nothing, for a socket can be handed no token: it ends when the cookie would', async () => {
  const { there, watch, heard, pass } = await connect()
  while (there.clock.now < t0 + 41 * minute - 1) {
    expect(await watch.keepAlive()).toBe(true)
    await pass(minute - 1)
  }
  await pass(2 * minute)
  expect([await watch.keepAlive(), heard]).toEqual([false, ['gone']])
})

test('a thousand messages in a window ask the revocations for no more than one does', async () => {
  const { watch, calls, pass } = await connect()
  await pass(minute)
  calls.length = 0
  for (let n = 0; n < 1000; n++) await watch.keepAlive()
  expect(calls.length).toBeLessThanOrEqual(2)
})
