import { expect, test } from 'vitest'
import { toStoreError } from '../src/errors.ts'

const { signal } = new AbortController()
const codeOf = (reply: string) => Object(toStoreError(new Error(reply), { signal })).code

/** What Redis 7 replies where a script meets something, and what Redis 6.2 makes of the same. */
const replies = [
  ['ERR_STORE_UNAVAILABLE', "READONLY You can't write against a read only replica."],
  ['ERR_STORE_UNAVAILABLE', 'NOREPLICAS Not enough good replicas to write.'],
  ['ERR_STORE_REFUSED', "OOM command not allowed when used memory > 'maxmemory'."],
  ['ERR_STORE_REFUSED', 'MISCONF Redis is configured to save RDB snapshots, but it cannot.'],
] as const

test.each(replies)('%s, whichever version of Redis replies it: %s', (code, reply) => {
  expect(codeOf(`${reply} script: 80ea2231, on @user_script:45.`)).toBe(code)
  const place = 'ERR Error running script (call to f_80ea2231): @user_script:45: @user_script: 45:'
  expect(codeOf(`${place} -${reply} `)).toBe(code)
})

test.each([
  'ERR Script attempted to access a non local key in a cluster node script: 80ea2231, on @user_script:45.',
  'ERR Error running script (call to f_80ea2231): @user_script:45: @user_script: 45: Lua script attempted to access a non local key in a cluster node ',
  'TRYAGAIN Multiple keys request during rehashing of slot',
])('a slot that moves is a passing trouble: %s', (reply) => {
  expect(codeOf(reply)).toBe('ERR_STORE_UNAVAILABLE')
})

test('an error of a script itself is refused, and what no server said is not', () => {
  expect(codeOf('ERR user_script:124: too many results to unpack')).toBe('ERR_STORE_REFUSED')
  expect(codeOf('Socket closed unexpectedly')).toBe('ERR_STORE_UNAVAILABLE')
})

test('a write of a client that is not logged in has too many words for it, which is the same refusal', () => {
  expect(
    toStoreError(new Error('ERR Protocol error: unauthenticated multibulk length'), { signal }),
  ).toMatchObject({
    code: 'ERR_STORE_REFUSED',
    detail: expect.stringContaining('Give the client a username and password'),
  })
})
