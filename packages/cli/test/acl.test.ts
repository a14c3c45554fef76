import { createHash } from 'node:crypto'
import { aclRules } from '@sojourn/store-redis'
import { expect, test } from 'vitest'
import { sojourn, writeTemporary } from './support.ts'

test('the line has the rights of the store, and of the password its hash', async () => {
  const file = writeTemporary('password', 'apps-secret\n')
  const hash = createHash('sha256').update('apps-secret').digest('hex')
  const { status, stdout } = await sojourn(['acl', '--user', 'app', '--password-file', file])
  expect(status).toBe(0)
  expect(stdout).toBe(`user app reset on #${hash} ${aclRules().join(' ')}\n`)
})

test('without a password nobody can log in, and the notes on stderr say so', async () => {
  const { stdout, stderr } = await sojourn(['acl', '--prefix', 'shop:'])
  expect(stdout).toMatch(/^user sessions reset on resetchannels ~shop:\* -@all \+get /)
  expect(stderr).toContain('Nobody can log in before it has a password')
})

test('each client has what it sends besides, and no more', async () => {
  const rights = async (...args: string[]) =>
    (await sojourn(['acl', ...args])).stdout
      .match(/ \+(?!get)[a-z|]+/g)
      ?.slice(16)
      .join('')
  expect(await rights()).toBe('')
  expect(await rights('--cluster')).toBe(' +cluster|slots +asking')
  expect(await rights('--client', 'ioredis', '--database', '3')).toBe(' +info +select')
  expect(await rights('--client', 'ioredis', '--cluster')).toBe(
    ' +info +cluster|slots +cluster|info +asking',
  )
})

test('JSON', async () => {
  const { stdout } = await sojourn(['acl', '--json'])
  expect(JSON.parse(stdout)).toEqual({
    user: 'sessions',
    rules: ['reset', 'on', ...aclRules()],
    line: `user sessions reset on ${aclRules().join(' ')}`,
  })
})

test.each([
  [['--user', 'two words'], /can have spaces/],
  [['--user', "o'brien"], /quotes/],
  [['--user', 'the "app"'], /quotes/],
  [['--user', 'app\u0007'], /control characters/],
  [['--user', ''], /can have spaces/],
  [['--prefix', 'a b:'], /can have spaces/],
  [['--prefix', "it's:"], /quotes/],
  [['--prefix', 'a{b}:'], /without braces/],
  [['--database', 'x'], /Give a number/],
  [['--client', 'redis'], /Allowed choices/],
])('%j is refused', async (args, message) => {
  const { status, stdout, stderr } = await sojourn(['acl', ...args])
  expect(status).toBe(64)
  expect(stdout).toBe('')
  expect(stderr.replace(/\s+/g, ' ')).toMatch(message)
})
