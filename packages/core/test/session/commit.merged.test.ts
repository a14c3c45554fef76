import { expect, test } from 'vitest'
import type { SessionEvents } from '../../src/events.ts'
import { browser, counted, managerOver, mapBackend, visit } from '../support.ts'

/** One session, loaded twice; both requests change a key of their own, and the second meets the first's write. */
async function twoWriters(options: object = {}) {
  const { backend, calls } = counted(mapBackend())
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const { manager } = managerOver(backend, { warn, ...options })
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  const ann = browser()
  await visit(manager, ann, ({ data }) => {
    data['x'] = 0
  })
  const [first, second] = [ann.carrier(), ann.carrier()]
  const [one, two] = [await manager.load(first), await manager.load(second)]
  one.data['a'] = 1
  two.data['b'] = 2
  await manager.commit(one, first)
  await manager.commit(two, second)
  return { manager, two, second, discarded, warnings, calls }
}

test('a merged session that is committed again when the response has closed reports nothing', async () => {
  const { manager, two, second, discarded, warnings } = await twoWriters()
  second.leave()
  await manager.commit(two, second)
  expect(discarded).toEqual([])
  expect(warnings).toEqual([])
  expect(two.data).toEqual({ x: 0, a: 1, b: 2 })
})

test('and committed again before that, it writes nothing', async () => {
  const { manager, two, second, calls } = await twoWriters()
  calls.length = 0
  await manager.commit(two, second)
  expect(calls).toEqual([])
})

test('a change made after the merge, once the headers are sent, is still reported', async () => {
  const { manager, two, second, discarded } = await twoWriters()
  two.data['late'] = true
  second.leave()
  await manager.commit(two, second)
  expect(discarded).toEqual([expect.objectContaining({ what: 'changes', why: 'late' })])
})
