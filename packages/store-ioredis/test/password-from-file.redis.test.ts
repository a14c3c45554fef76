import { sharedServers } from '@sojourn/redis-lab'
import { passwordFromFile } from '@sojourn/store-ioredis'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'

test('a client that connects already is refused: its first connection would have no password', () => {
  const { host, port } = sharedServers().standalone
  const redis = new Redis({ host, port })
  expect(() => passwordFromFile(redis, '/run/secrets/redis')).toThrow(/lazyConnect: true/)
  redis.disconnect()
})
