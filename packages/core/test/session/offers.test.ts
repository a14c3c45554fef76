import { createTestCarrier, createVisitor } from '@sojourn/conformance/testing'
import { expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { testManager } from '../support.ts'

const minute = 60_000

/** A user who is logged in, whose token is of age, and to whom an offer was sent that got lost. */
async function offered(options: Partial<SessionOptions> = {}) {
  const made = testManager({ rotationInterval: '15m', ...options })
  const events: string[] = []
  for (const type of ['replayed', 'stalled'] as const)
    made.manager.on(type, () => events.push(type))
  const ann = createVisitor(made.manager)
  await ann.request((session) => session.login('ann'))
  made.clock.now += 15 * minute
  await ann.copy().request()
  return { ...made, ann, events }
}

test.each(['sid=junk; ID', 'ID; sid=junk', 'ID; sid=junk; sid=.'])(
  'cookies of the same name that are not genuine, as in %j, do not hide the offer cookie',
  async (form) => {
    const { manager, clock, ann, events } = await offered()
    for (let n = 0; n < 10; n++) {
      clock.now += minute
      await ann.request()
    }
    const cookie = form.replace('ID', ann.cookie ?? '')
    expect((await manager.load(createTestCarrier({ cookie }))).userId).toBe('ann')
    expect(events).toEqual([])
  },
)

test('a long request does not send the offer that it began with over a newer one', async () => {
  const { clock, ann, events } = await offered()
  clock.now += minute
  const slow = await ann.begin()
  for (let n = 0; n < 20; n++) {
    await ann.request()
    clock.now += minute
  }
  await slow.finish()
  expect(slow.setCookies).toEqual([])
  expect((await ann.read())?.userId).toBe('ann')
  expect(events).toEqual([])
})

test('a commit that fails sends no offer', async () => {
  const { manager, clock, ann } = await offered()
  clock.now += minute
  const late = await ann.begin()
  late.session.data['n'] = 1
  await ann.request((session) => session.rotate())
  await expect(late.finish()).rejects.toThrow()
  await manager.commit(late.session, late.carrier)
  expect(late.setCookies).toEqual([])
})

test('a user who lost an offer and went away is not taken for a rotation that does not progress', async () => {
  const { clock, ann, events } = await offered()
  clock.now += 61 * minute
  await ann.request()
  expect(events).toEqual([])
})
