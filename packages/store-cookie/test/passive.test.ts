import { createTestCarrier, createVisitor } from '@sojourn/conformance/testing'
import { markPassive } from '@sojourn/core/binding'
import { expect, test } from 'vitest'
import { makeScene, minute } from './support.ts'

const config = { maxAge: '30m', touchInterval: '1m' } as const

/** A user who is logged in, and passive requests. */
async function polled() {
  const made = makeScene({ config })
  const ann = createVisitor(made.manager)
  await ann.request((session) => session.login('ann'))
  const poll = async (change: (data: Record<string, unknown>) => unknown = () => undefined) => {
    const { session, finish, setCookies } = await ann.begin()
    markPassive(session, undefined, () => true)
    change(session.data)
    await finish()
    return { info: session.info, setCookies, userId: session.userId }
  }
  return { ...made, ann, poll }
}

test('a passive request of a sealed session sends no cookie, and the session ends', async () => {
  const { clock, poll } = await polled()
  for (let n = 0; n < 6; n++) {
    clock.now += 5 * minute
    expect((await poll()).setCookies).toEqual([])
  }
  clock.now += minute
  expect((await poll()).userId).toBeUndefined()
})

test('what it changes is sealed anew, and ends when it would have', async () => {
  const { clock, poll, ann, manager } = await polled()
  const touched: unknown[] = []
  manager.on('touched', (event) => touched.push(event))
  clock.now += 10 * minute
  const { info, setCookies } = await poll((data) => Object.assign(data, { n: 1 }))
  expect(setCookies).toHaveLength(1)
  expect(info?.remainingMs).toBe(21 * minute)
  expect(touched).toEqual([])
  expect((await ann.read())?.data).toEqual({ n: 1 })
  clock.now += 21 * minute
  expect(await ann.read()).toBeNull()
})

test('a fingerprint that destroys needs revocations', () => {
  const fingerprint = { of: ['browser'], onMismatch: 'destroy' } as const
  expect(() => makeScene({ config: { fingerprint } })).toThrow('cannot end a session')
})

test('a fingerprint is sealed with the session', async () => {
  const fingerprint = { of: ['user-agent'], onMismatch: 'reauthenticate' } as const
  const { manager } = makeScene({ config: { fingerprint } })
  const ann = createVisitor(manager).copy({ headers: { 'user-agent': 'a' } })
  await ann.request((session) => session.login('ann'))
  const userOf = async (agent: string) => {
    const carrier = createTestCarrier({ cookie: ann.cookie, headers: { 'user-agent': agent } })
    return (await manager.load(carrier)).userId
  }
  expect([await userOf('a'), await userOf('b')]).toEqual(['ann', undefined])
})
