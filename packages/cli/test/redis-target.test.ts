import { expect, test } from 'vitest'
import { Failure } from '../src/failure.ts'
import { readTarget } from '../src/redis/read-target.ts'
import { describeTarget } from '../src/redis/target.ts'
import { writeTemporary } from './support.ts'

const options = { prefix: 'sojourn:', color: true }

/** Returns the failure that an action throws. */
function failureOf(action: () => unknown): Failure {
  try {
    action()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('Nothing failed')
}

test('one server', () => {
  expect(readTarget(['redis://db.example'], options, {})).toEqual({
    topology: 'server',
    endpoints: [{ host: 'db.example', port: 6379 }],
    access: { database: 0 },
  })
  expect(readTarget(['rediss://app@[::1]:6380/2'], options, {})).toEqual({
    topology: 'server',
    endpoints: [{ host: '::1', port: 6380 }],
    access: { database: 2, username: 'app', tls: {} },
  })
})

test('a Cluster and Sentinels', () => {
  const urls = ['redis://a:1', 'redis://b:2']
  expect(describeTarget(readTarget(urls, { ...options, cluster: true }, {}))).toBe(
    'redis://a:1 redis://b:2 (Cluster)',
  )
  expect(describeTarget(readTarget(urls, { ...options, sentinel: 'main' }, {}))).toBe(
    'redis://a:1 redis://b:2 (Sentinel, master main)',
  )
})

test('the password comes from a file, the environment, or a URL in the environment', () => {
  const passwordFile = writeTemporary('password', 's3cret\n')
  const read = (given: object, env: Record<string, string>, urls = ['redis://a']) =>
    readTarget(urls, { ...options, ...given }, env).access.password
  expect(read({ passwordFile }, { REDIS_PASSWORD: 'other' })).toBe('s3cret')
  expect(read({}, { REDIS_PASSWORD: 'other' })).toBe('other')
  expect(read({}, { REDIS_URL: 'redis://app:p%40ss@a' }, [])).toBe('p@ss')
  expect(read({}, {})).toBeUndefined()
})

test.each([
  ['in the URL', ['redis://app:hunter2@a'], {}],
  ['as an option', ['redis://a'], { password: 'hunter2' }],
])('a password %s is refused without repeating it', (_, urls, given) => {
  const { status, message, remedy } = failureOf(() =>
    readTarget(urls, { ...options, ...given }, {}),
  )
  expect(status).toBe(64)
  expect(message).toContain('refused on the command line')
  expect(remedy).toMatch(/--password-file .*REDIS_PASSWORD.* change it/)
  expect(message + remedy).not.toContain('hunter2')
})

test.each<[string, string[], object, RegExp]>([
  ['no URL', [], {}, /no URL/],
  ['not a URL', ['localhost'], {}, /not one of Redis/],
  ['another scheme', ['http://a'], {}, /not one of Redis/],
  ['a path', ['redis://a/b'], {}, /not one of Redis/],
  ['several without a topology', ['redis://a', 'redis://b'], {}, /--cluster|Several/],
  ['both topologies', ['redis://a'], { cluster: true, sentinel: 'x' }, /exclude each other/],
  ['TLS and none', ['redis://a', 'rediss://b'], { cluster: true }, /rediss/],
  ['a CA without TLS', ['redis://a'], { tlsCa: 'ca.pem' }, /is for TLS/],
  ['a file that is not there', ['redis://a'], { passwordFile: '/none' }, /ENOENT/],
  ['an empty file', ['redis://a'], { passwordFile: writeTemporary('empty', '\n') }, /is empty/],
])('%s is refused', (_, urls, given, message) => {
  const failure = failureOf(() => readTarget(urls, { ...options, ...given }, {}))
  expect(failure.status).toBe(64)
  expect(failure.message).toMatch(message)
  expect(failure.remedy).not.toBe('')
})

test('a password in REDIS_URL that is not encoded is refused, and not repeated', () => {
  for (const REDIS_URL of ['redis://app:p%w@a', 'redis://p%w@a']) {
    const { status, message, remedy } = failureOf(() => readTarget([], options, { REDIS_URL }))
    expect([status, message]).toEqual([64, expect.stringContaining('not encoded for URLs')])
    expect(message + remedy).not.toContain('p%w')
  }
})
