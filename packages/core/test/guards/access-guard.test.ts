import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import {
  createRecentGuard,
  createSessionGuard,
  mountedSession,
} from '../../src/guards/access-guard.ts'
import type { Session } from '../../src/session/session.ts'
import { testManager } from '../support.ts'

const code = (code: string, status: number) => expect.objectContaining({ code, status })

/** Makes one request of a visitor; `next` makes the visitor's next ones. */
async function ask(act: (session: Session<TestData>) => unknown) {
  const made = testManager({ onStoreError: 'anonymous' })
  const visitor = createVisitor(made.manager)
  await visitor.request(act)
  return { ...made, next: visitor.request }
}

describe('a guard', () => {
  test('lets a user pass', async () => {
    const { next } = await ask((session) => session.login('ada'))
    await next((session) => {
      expect(createSessionGuard().check({}, session)).toBeUndefined()
      expect(createRecentGuard('10m').check({}, session)).toBeUndefined()
    })
  })

  test('throws, or says where to go', async () => {
    const toLogin = (request: { path: string }) => `/login?next=${request.path}`
    await ask((session) => {
      expect(() => createSessionGuard().check({}, session)).toThrow(
        code('ERR_SESSION_REQUIRED', 401),
      )
      expect(() => createRecentGuard(1).check({}, session)).toThrow(
        code('ERR_SESSION_NOT_RECENT', 401),
      )
      expect(createSessionGuard({ redirectTo: '/login' }).check({}, session)).toBe('/login')
      const guard = createRecentGuard('10m', { redirectTo: toLogin })
      expect(guard.check({ path: '/pay' }, session)).toBe('/login?next=/pay')
    })
  })

  test('sends nobody to log in while the store is in trouble', async () => {
    const { fail, next } = await ask((session) => session.login('ada'))
    fail('find')
    await next((session) => {
      for (const guard of [createSessionGuard, (given: object) => createRecentGuard('10m', given)])
        expect(() => guard({ redirectTo: '/login' }).check({}, session)).toThrow(
          code('ERR_STORE_UNAVAILABLE', 503),
        )
    })
  })

  test('says what to mount where there is no session, even where it could redirect', () => {
    for (const guard of [createSessionGuard, (options: object) => createRecentGuard(1, options)])
      expect(() => guard({ redirectTo: '/login' }).check({}, undefined)).toThrow(
        expect.objectContaining({
          code: 'ERR_SESSION_MISSING',
          status: 500,
          message: expect.stringContaining('Mount sessions(manager) before'),
        }),
      )
  })

  test.each([[''], [1], [null], [{}]])(
    'redirectTo %j is refused when constructing',
    (redirectTo) => {
      expect(() => createSessionGuard({ redirectTo: redirectTo as never })).toThrow(
        code('ERR_CONFIG_INVALID', 500),
      )
    },
  )

  test('an option that would make it stricter, and is undefined by mistake, is refused when constructing', () => {
    const guards = [
      () => createSessionGuard({ own: undefined as never }),
      () => createRecentGuard('10m', { method: undefined as never }),
    ]
    for (const guard of guards) expect(guard).toThrow(code('ERR_CONFIG_INVALID', 500))
  })

  test('a duration that is none is refused when constructing', () => {
    expect(() => createRecentGuard('10 minutes' as never)).toThrow(code('ERR_CONFIG_INVALID', 500))
  })
})

test('another library on the same name is no session', () => {
  expect(() => mountedSession({ cookie: {} })).toThrow(/something else than a session/)
  expect(() => mountedSession(null, 'adminSession')).toThrow(
    /no session under the name 'adminSession'/,
  )
})
