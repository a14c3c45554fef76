import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { createGuards, csrfField, type SessionGuardOptions } from '../../src/binding.ts'
import type { Session } from '../../src/session/session.ts'
import { testManager } from '../support.ts'

interface Context {
  readonly path: string
  readonly headers: Record<string, string>
  readonly state: Record<string, unknown>
  readonly body?: unknown
}
/** Returns the address to redirect to, or 'next'. */
type Handler = (context: Context) => string

const { requireSession, requireRecent, csrf } = createGuards<Context, Handler>({
  access: (guard) => (context) => guard.check(context, context.state[guard.as]) ?? 'next',
  csrf:
    (guard) =>
    ({ headers, state, body }) => {
      const carrier = {
        header: (name: string) => headers[name],
        get: () => undefined,
        set: () => undefined,
      }
      guard.check({ ...carrier, method: 'POST' }, state[guard.as], csrfField(body))
      return 'next'
    },
})

const code = (code: string) => expect.objectContaining({ code })

/** Calls `act` with an anonymous session, then with one of a user who has just logged in. */
async function withSessions(act: (session: Session, isUser: boolean) => void) {
  const { manager } = testManager()
  await createVisitor(manager).request(async (session) => {
    act(session, false)
    await session.login('ada')
    act(session, true)
  })
}

const contextOf = (session: Session, more: Partial<Context> = {}): Context => ({
  path: '/account',
  headers: {},
  state: { session },
  ...more,
})

describe('the guards of a binding', () => {
  test('continue, redirect or throw by what the adapter finds under `as`', () =>
    withSessions((session, isUser) => {
      const redirectTo = ({ path }: Context) => `/login?next=${path}`
      for (const guard of [requireSession, (options: object) => requireRecent('10m', options)]) {
        const redirected = guard({ redirectTo })(contextOf(session))
        expect(redirected).toBe(isUser ? 'next' : '/login?next=/account')
        const admin = guard({ as: 'admin' })
        expect(() => admin(contextOf(session))).toThrow(code('ERR_SESSION_MISSING'))
      }
      if (!isUser) {
        expect(() => requireSession()(contextOf(session))).toThrow(code('ERR_SESSION_REQUIRED'))
        expect(() => requireRecent(1)(contextOf(session))).toThrow(code('ERR_SESSION_NOT_RECENT'))
      }
    }))

  test('csrf checks the headers and the parsed body that the adapter shows it', () =>
    withSessions((session) => {
      const headers = { 'sec-fetch-site': 'cross-site' }
      expect(() => csrf()(contextOf(session, { headers }))).toThrow(code('ERR_CSRF_REFUSED'))
      expect(csrf()(contextOf(session))).toBe('next')
      const guard = csrf({ token: true })
      expect(() => guard(contextOf(session))).toThrow(code('ERR_CSRF_REFUSED'))
      const body = { _csrf: session.csrfToken() }
      expect(guard(contextOf(session, { body }))).toBe('next')
    }))

  test('options are checked when a guard is created', () => {
    const wrong = [
      () => requireSession({ redirectTo: '' }),
      () => requireRecent('soon' as never),
      () => csrf({ trustedOrigins: ['https://*.example'] }),
    ]
    for (const create of wrong) expect(create).toThrow(code('ERR_CONFIG_INVALID'))
  })

  test('have the types of the framework', () => {
    expectTypeOf(requireSession).toEqualTypeOf<
      (options?: SessionGuardOptions<Context>) => Handler
    >()
    expectTypeOf(csrf()).toEqualTypeOf<Handler>()
    const async = createGuards<Context, Handler, () => Promise<void>>({
      access: () => () => 'next',
      csrf: () => async () => undefined,
    })
    expectTypeOf(async.csrf()).toEqualTypeOf<() => Promise<void>>()
  })
})

describe('a guard that was mounted without being called', () => {
  const call = (guard: unknown, ...args: unknown[]) =>
    (guard as (...args: unknown[]) => unknown)(...args)

  test.each<[string, readonly unknown[]]>([
    ['Express', [Object.create({ headers: {} }), {}, () => undefined]],
    ['Koa and Hono', [Object.create({ req: {} }), () => undefined]],
    ['Fetch handlers', [new Request('http://a.example')]],
    ['Fastify, as a plugin', [{ decorateRequest() {} }, {}, () => undefined]],
  ])('says so where %s would call it', (_name, args) => {
    for (const [name, guard] of Object.entries({ requireSession, requireRecent, csrf }))
      expect(() => call(guard, ...args)).toThrow(
        expect.objectContaining({
          code: 'ERR_CONFIG_INVALID',
          message: expect.stringMatching(`^${name} was given a request, .*Call it: ${name}\\(`),
        }),
      )
  })

  test('does not pass for one with options', () =>
    withSessions((session) => {
      for (const guard of [requireSession, csrf])
        expect(() => call(guard, session)).toThrow(code('ERR_CONFIG_INVALID'))
      expect(() => call(requireRecent, '10m', session)).toThrow(code('ERR_CONFIG_INVALID'))
    }))

  test.each([{ name: 'x' }, { as: '' }, { as: 7 }, { session: 'x' }])('takes no %o', (options) => {
    for (const guard of [requireSession, csrf])
      expect(() => call(guard, options)).toThrow(code('ERR_CONFIG_INVALID'))
    expect(() => call(requireRecent, '10m', options)).toThrow(code('ERR_CONFIG_INVALID'))
  })
})
