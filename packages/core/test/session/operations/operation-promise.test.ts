import { expect, test } from 'vitest'
import { OperationPromise } from '../../../src/session/operations/operation-promise.ts'

const settled = () => new OperationPromise<number>((resolve) => resolve(1))

test('a promise that nothing asks for its outcome is not handled', async () => {
  const promise = settled()
  await new Promise((resolve) => setImmediate(resolve))
  expect(promise.isHandled).toBe(false)
})

test.each<[string, (promise: Promise<number>) => unknown]>([
  ['await', async (promise) => await promise],
  ['then with a second function', (promise) => promise.then(undefined, () => undefined)],
  ['catch', (promise) => promise.catch(() => undefined)],
  [
    'catch after then and finally',
    (p) =>
      p
        .then(() => 1)
        .finally(() => 2)
        .catch(() => 3),
  ],
  ['Promise.all', (promise) => Promise.all([promise])],
  ['return from an async function', async (promise) => promise],
])('%s handles it', async (_, handle) => {
  const promise = settled()
  await handle(promise)
  expect(promise.isHandled).toBe(true)
})

test.each<[string, (promise: Promise<number>) => unknown]>([
  ['then', (promise) => promise.then(() => undefined)],
  ['finally', (promise) => promise.finally(() => undefined)],
  ['then twice', (promise) => promise.then(() => 1).then(() => 2)],
  ['one of two chains', (promise) => [promise.then(() => 1), promise.catch(() => 2)]],
])('%s passes a failure on, and does not handle it', async (_, chain) => {
  const promise = settled()
  chain(promise)
  await new Promise((resolve) => setImmediate(resolve))
  expect(promise.isHandled).toBe(false)
})

test('what is chained to a promise that counts as handled does too', async () => {
  const promise = new OperationPromise((_, reject) => reject(new Error('refused')))
  promise.markHandled()
  promise.then(() => undefined) // an unhandled rejection would fail this run
  await new Promise((resolve) => setImmediate(resolve))
})

test('a chain gives the values of its functions', async () => {
  const results = await Promise.all([
    settled().then((one) => one + 1),
    settled().finally(() => undefined),
    settled()
      .then(() => Promise.reject(new Error('of the application')))
      .catch((error: Error) => error.message),
  ])
  expect(results).toEqual([2, 1, 'of the application'])
})
