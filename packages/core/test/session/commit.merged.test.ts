import { createVisitor } from '@sojourn/conformance/testing'
import { expect, test } from 'vitest'
import type { SessionEvents } from '../../src/events.ts'
import { testManager } from '../support.ts'

/** One session, loaded twice; both requests change a key of their own, and the second meets the first's write. */
async function twoWriters() {
  const warnings: string[] = []
  const { manager, calls } = testManager({ warn: (message) => void warnings.push(message) })
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  const ann = createVisitor(manager)
  await ann.request(({ data }) => {
    data['x'] = 0
  })
  const [first, second] = [await ann.begin(), await ann.begin()]
  first.session.data['a'] = 1
  second.session.data['b'] = 2
  await first.finish()
  await second.finish()
  return { ...second, discarded, warnings, calls }
}

test('a merged session that is committed again when the response has closed reports nothing', async () => {
  const { session, carrier, finish, discarded, warnings } = await twoWriters()
  carrier.sent = true
  await finish()
  expect(discarded).toEqual([])
  expect(warnings).toEqual([])
  expect(session.data).toEqual({ x: 0, a: 1, b: 2 })
})

test('and committed again before that, it writes nothing', async () => {
  const { finish, calls } = await twoWriters()
  calls.length = 0
  await finish()
  expect(calls).toEqual([])
})

test('a change made after the merge, once the headers are sent, is still reported', async () => {
  const { session, carrier, finish, discarded } = await twoWriters()
  session.data['late'] = true
  carrier.sent = true
  await finish()
  expect(discarded).toEqual([expect.objectContaining({ what: 'changes', why: 'late' })])
})
