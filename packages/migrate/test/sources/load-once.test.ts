import { expect, test } from 'vitest'
import { loadOnce } from '../../src/sources/load-once.ts'

test('a package that is missing is an error with its remedy, and is looked for again', async () => {
  const answers = [Promise.reject(new Error('ERR_MODULE_NOT_FOUND')), Promise.resolve('loaded')]
  const load = loadOnce(async () => answers.shift(), 'Install it: npm install it')
  const together = await Promise.allSettled([load(), load()])
  for (const each of together)
    expect(each).toMatchObject({
      status: 'rejected',
      reason: { code: 'ERR_CONFIG_INVALID', message: 'Install it: npm install it' },
    })
  expect(await load()).toBe('loaded')
  expect(await load()).toBe('loaded')
  expect(answers).toEqual([])
})
