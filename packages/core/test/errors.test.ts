import { describe, expect, test, vi } from 'vitest'
import {
  SessionConflictError,
  SessionError,
  SessionLimitError,
  SessionStoreError,
  SessionUsageError,
} from '../src/errors.ts'

test('every error carries its code, the status to answer with, its class and its cause', () => {
  const cause = new Error('below')
  const [late, ended, refused] = [
    'ERR_SESSION_LATE',
    'ERR_SESSION_ENDED',
    'ERR_STORE_REFUSED',
  ] as const
  const errors: [SessionError, object][] = [
    [new SessionUsageError(late, 'x', cause), { code: late, status: 500, cause }],
    [new SessionConflictError(ended, 'x', cause), { code: ended, status: 409, cause }],
    [
      new SessionStoreError(refused, 'x', cause),
      { code: refused, status: 503, cause, detail: 'x' },
    ],
    [new SessionLimitError('x'), { code: 'ERR_SESSION_LIMIT', status: 403 }],
  ]
  for (const [error, carries] of errors) {
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toMatchObject({ name: error.constructor.name, ...carries })
    expect(error.stack).toContain(`${error.name}: ${error.message}\n`)
    if (!(error instanceof SessionStoreError)) expect(error.message).toBe('x')
  }
})

test('an error has what the error handlers of frameworks look for', () => {
  const error = new SessionConflictError('ERR_SESSION_ENDED', 'x')
  expect(error).toMatchObject({ status: 409, statusCode: 409, expose: false, headers: {} })
})

test('what a store says of hosts and commands is for operators: message and stack are not', async () => {
  const error = new SessionStoreError('ERR_STORE_UNAVAILABLE', 'connect ECONNREFUSED 10.0.0.7:6379')
  expect(error.message).toBe('The session store is unavailable. Try again in a moment.')
  expect(error.detail).toContain('10.0.0.7')
  expect(error.stack).not.toContain('10.0.0.7') // Express sends it, unless NODE_ENV is production
  expect(JSON.stringify(error)).not.toContain('10.0.0.7')
  const response = error.getResponse()
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await response.text()).toBe('Service Unavailable')
})

describe('with two copies of this package in one process', () => {
  const secondCopy = async () => {
    vi.resetModules()
    return (await import('../src/errors.ts')) as typeof import('../src/errors.ts')
  }

  test('instanceof recognises the errors of the other', async () => {
    const other = await secondCopy()
    expect(other.SessionStoreError).not.toBe(SessionStoreError)
    const error = new other.SessionStoreError('ERR_STORE_TIMEOUT', 'x')
    expect(error).toBeInstanceOf(SessionError)
    expect(error).toBeInstanceOf(SessionStoreError)
    expect(error).not.toBeInstanceOf(SessionUsageError)
    expect(new SessionLimitError('x')).toBeInstanceOf(other.SessionLimitError)
  })

  test('a class that is derived from one of ours has its own instances only', async () => {
    class Mine extends SessionLimitError {}
    const other = await secondCopy()
    expect(new Mine('x')).toBeInstanceOf(Mine)
    expect(new Mine('x')).toBeInstanceOf(other.SessionLimitError)
    expect(new SessionLimitError('x')).not.toBeInstanceOf(Mine)
    expect(new other.SessionLimitError('x')).not.toBeInstanceOf(Mine)
  })

  test.each([null, undefined, 7, 'x', {}, new Error('x'), { name: 'SessionStoreError' }])(
    '%s is no error of ours',
    (value) => expect(value instanceof SessionError).toBe(false),
  )
})
