import { type RedisBackendOptions, redisBackend, redisStore } from '@sojourn/store-redis'
import { expect, test } from 'vitest'
import type { RedisDriver } from '../src/driver.ts'

const driver: RedisDriver = {
  send: async () => null,
  sendPair: async () => [null, 0],
  masters: async () => [],
}

test.each([redisBackend, redisStore])('an option that %o does not know is refused', (make) => {
  const options = { prefx: 'mine:' } as RedisBackendOptions
  expect(() => make(driver, options)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
  )
  expect(() => make(driver, options)).toThrow('has no option prefx. Write prefix,')
})
