import { expect, test } from 'vitest'
import { takeTurns } from '../../src/util/take-turns.ts'

test('a loop waits for nothing in its first millisecond, and then for other work', async () => {
  const order: string[] = []
  const pause = takeTurns()
  expect(pause()).toBeUndefined()
  setImmediate(() => order.push('other work'))
  const started = performance.now()
  while (performance.now() - started < 2);
  const turn = pause()
  order.push('loop')
  await turn
  order.push('loop again')
  expect(order).toEqual(['loop', 'other work', 'loop again'])
})
