import { expect, test } from 'vitest'
import { OperationPromise } from '../../src/session/operation-promise.ts'

const settled = () => new OperationPromise<number>((resolve) => resolve(1))

test('a promise that nothing asks for its outcome is not handled', async () => {
  const promise = settled()
  await new Promise((resolve) => setImmediate(resolve))
  expect(promise.isHandled).toBe(false)
})

test.each<[string, (promise: Promise<number>) => unknown]>([
  ['await', async (promise) => await promise],
  ['then', (promise) => promise.then(() => undefined)],
  ['catch', (promise) => promise.catch(() => undefined)],
  ['finally', (promise) => promise.finally(() => undefined)],
  ['Promise.all', (promise) => Promise.all([promise])],
  ['return from an async function', async (promise) => promise],
])('%s handles it', async (_, handle) => {
  const promise = settled()
  await handle(promise)
  expect(promise.isHandled).toBe(true)
})

test('what is chained to it is a plain promise', () => {
  expect(settled().then(() => 2)).not.toBeInstanceOf(OperationPromise)
})
