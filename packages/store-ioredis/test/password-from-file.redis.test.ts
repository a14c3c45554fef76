import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedServers } from '@sojourn/redis-lab'
import { passwordFromFile } from '@sojourn/store-ioredis'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { expect, onTestFinished, test } from 'vitest'

test('a client that connects already is refused: its first connection would have no password', () => {
  const { host, port } = sharedServers().standalone
  const redis = new Redis({ host, port })
  expect(() => passwordFromFile(redis, '/run/secrets/redis')).toThrow(/lazyConnect: true/)
  redis.disconnect()
})

test('a file for sentinels is refused if the client has none', () => {
  const path = passwordFile()('one')
  const redis = new Redis({ lazyConnect: true })
  expect(() => passwordFromFile(redis, path, { sentinelPath: path })).toThrow(/without sentinels/)
})

/** Returns a function that writes a password to a file of its own, and returns the path. */
function passwordFile(): (password: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-password-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return (password) => {
    writeFileSync(join(folder, 'password'), password)
    return join(folder, 'password')
  }
}

test.each([
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as typeof Redis],
])('%s asks the sentinels with the password that is in the file by then', async (_, Client) => {
  const { name, sentinels } = sharedServers().sentinel
  const user = `app-${crypto.randomUUID()}`
  const controls = sentinels.map(({ host, port }) => new Redis({ host, port }))
  const acl = async (...rules: string[]) => {
    for (const control of controls) await control.call('ACL', ...rules)
  }
  onTestFinished(async () => {
    await acl('DELUSER', user)
    for (const control of controls) control.disconnect()
  })
  await acl('SETUSER', user, 'on', '>one', '+@all', '&*')
  const write = passwordFile()
  const redis = passwordFromFile(
    new Client({
      name,
      sentinels: [...sentinels],
      username: 'default',
      sentinelUsername: user,
      lazyConnect: true,
      sentinelRetryStrategy: () => null, // one look at each: a refused password is a failure at once
    }),
    write('one'),
    { sentinelPath: write('one') },
  )
  onTestFinished(() => redis.disconnect())
  await redis.connect()
  await acl('SETUSER', user, 'resetpass', '>two')
  write('two')
  redis.disconnect(true)
  await once(redis, 'ready') // rejects with 'error'
  expect(await redis.ping()).toBe('PONG')
})
