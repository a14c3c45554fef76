import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { logIn } from '@sojourn/core/testing'
import * as sojourn from '@sojourn/web'
import { describe, expect, test, vi } from 'vitest'

const { cookieSessions, csrf, requireRecent, requireSession, sessions } = sojourn
function makeManager() {
  const control = controlledBackend()
  const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
  const options = { store: keyedStore(control.backend), warn: () => undefined }
  return { manager: createSessionManager(devConfig(secret, options)), control }
}

const invalid = (message: string) =>
  expect.objectContaining({
    code: 'ERR_CONFIG_INVALID',
    message: expect.stringMatching(message),
  })
const request = () => new Request('http://localhost/')

test('what is called with a request before it was made neither passes nor hangs', async () => {
  const { manager } = makeManager()
  await sessions(manager)(request(), (session) => {
    for (const [name, guard] of Object.entries({ requireSession, requireRecent, csrf })) {
      const uncalled = guard as (...args: unknown[]) => unknown
      expect(() => uncalled(request(), session)).toThrow(invalid(`^${name} was given a request`))
      expect(() => uncalled(session)).toThrow(invalid('.'))
    }
    return new Response()
  })
  expect(() => Reflect.apply(sessions, undefined, [request(), () => new Response()])).toThrow(
    invalid('^sessions was given a request.*Call it: const withSession = '),
  )
})

test.each<[string, () => unknown, string]>([
  ['as', () => sessions(makeManager().manager, { as: 'x' } as never), 'no option as'],
  ['onerror', () => sessions(makeManager().manager, { onerror: 1 } as never), 'Write onError'],
  [
    'no cookies',
    () => cookieSessions(makeManager().manager, {} as never),
    'cookies is not a function',
  ],
  [
    'cookies that were called',
    () => cookieSessions(makeManager().manager, { cookies: Promise.resolve() } as never),
    'cookies is not a function',
  ],
  [
    'no manager',
    () => cookieSessions(undefined as never, { cookies: () => ({}) as never }),
    'given no manager',
  ],
])('%s is refused when it is given', (_name, act, message) => {
  expect(act).toThrow(invalid(message))
})

test('two managers with one cookie are refused in a request', async () => {
  const [outer, inner] = [sessions(makeManager().manager), sessions(makeManager().manager)]
  const asked = request()
  const nested = outer(asked, () => inner(asked, () => new Response('passed')))
  expect((await nested).status).toBe(500)
})

test('destroy(callback) calls back, and the cookie is cleared', async () => {
  const { manager } = makeManager()
  const { headers } = await logIn(manager, 'ada')
  const done = vi.fn()
  const response = await sessions(manager)(
    new Request('http://localhost/', { headers }),
    async (session) => {
      await Reflect.apply(session.destroy, session, [done])
      return new Response()
    },
  )
  await vi.waitFor(() => expect(done).toHaveBeenCalled())
  expect(done.mock.calls).toEqual([[]])
  expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^sid=;/)])
})

describe('two copies of the package', () => {
  test('share the session of a request, its guards and its commit', async () => {
    vi.resetModules()
    const copy = (await import('@sojourn/web')) as typeof sojourn
    expect(copy.sessions).not.toBe(sessions)
    const { manager, control } = makeManager()
    const { headers } = await logIn(manager, 'ada')
    control.takeCalls()
    const asked = new Request('http://localhost/', { headers })
    const response = await sessions(manager)(asked, (session) =>
      copy.sessions(manager)(asked, async (same) => {
        expect(same).toBe(session)
        copy.requireSession()(asked, session)
        await copy.csrf()(asked, session)
        return new Response('passed')
      }),
    )
    expect(await response.text()).toBe('passed')
    expect(control.takeCalls()).toEqual(['find'])
  })
})
