import { createScheduler } from '@sojourn/conformance'
import { expect, test } from 'vitest'

async function orderOf(seed: number): Promise<string> {
  const { step } = createScheduler(seed)
  const order: string[] = []
  await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map(async (name) => {
      await step()
      order.push(name)
    }),
  )
  return order.join('')
}

test('one seed makes one order', async () => {
  expect(await orderOf(7)).toBe(await orderOf(7))
})

test('many seeds make many orders', async () => {
  const orders = await Promise.all(Array.from({ length: 50 }, (_, seed) => orderOf(seed)))
  expect(new Set(orders).size).toBeGreaterThan(20)
})

test('random numbers lie between 0 and 1, and fill that evenly', () => {
  const { random } = createScheduler(1)
  const numbers = Array.from({ length: 10_000 }, random)
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
  expect(numbers.reduce((sum, number) => sum + number) / numbers.length).toBeCloseTo(0.5, 1)
})
