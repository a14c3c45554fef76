import { logIn } from '@sojourn/core/testing'
import * as sojourn from '@sojourn/hono'
import { type Handler, Hono, type MiddlewareHandler } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import { makeManager } from './support.ts'

const { csrf, requireRecent, requireSession, sessions } = sojourn

/** Returns an application whose response to an error is its code and message. */
function appOf(...handlers: readonly unknown[]) {
  const app = new Hono()
  for (const handler of handlers) app.use(handler as MiddlewareHandler)
  app.get('/', (c) => c.text('passed'))
  return app.onError((error, c) => c.text(`${Reflect.get(error, 'code')} ${error.message}`, 500))
}

test.each<[string, unknown]>([
  ['sessions', sessions],
  ['requireSession', requireSession],
  ['requireRecent', requireRecent],
  ['csrf', csrf],
])('%s that was mounted without being called neither hangs nor passes', async (name, handler) => {
  const response = await appOf(handler).request('/')
  expect([response.status, await response.text()]).toEqual([
    500,
    expect.stringMatching(`^ERR_CONFIG_INVALID ${name} was given a request.*Call it: `),
  ])
})

test('a variable of another library by the same name is refused', async () => {
  const other: Handler = async (c, next) => {
    c.set('session' as never, { theirs: 1 } as never)
    await next()
  }
  const before = await appOf(other, sessions(makeManager().manager)).request('/')
  const after = await appOf(sessions(makeManager().manager), other).request('/')
  for (const response of [before, after])
    expect([response.status, await response.text()]).toEqual([
      500,
      expect.stringMatching(/^ERR_CONFIG_INVALID /),
    ])
})

test('destroy(callback) calls back, and the cookie is cleared', async () => {
  const { manager } = makeManager()
  const ada = await logIn(manager, 'ada')
  const done = vi.fn()
  const logOut: Handler = async (c) => {
    await Reflect.apply(c.get('session' as never)['destroy'], c.get('session' as never), [done])
    return c.redirect('/')
  }
  const response = await appOf(sessions(manager), logOut).request('/', { headers: ada.headers })
  await vi.waitFor(() => expect(done).toHaveBeenCalled())
  expect([response.status, done.mock.calls]).toEqual([302, [[]]])
  expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^sid=;/)])
  expect(await manager.sessions('ada')).toEqual([])
})

describe('two copies of the package', () => {
  test('share the session of a request, its guards and its commit', async () => {
    vi.resetModules()
    const copy = (await import('@sojourn/hono')) as typeof sojourn
    expect(copy.sessions).not.toBe(sessions)
    const { manager, control } = makeManager()
    const seen: unknown[] = []
    const note: Handler = async (c, next) => {
      seen.push(c.get('session' as never))
      await next()
    }
    const app = appOf(sessions(manager), note, copy.sessions(manager), note, copy.requireSession())
    const { headers } = await logIn(manager, 'ada')
    control.takeCalls()
    expect((await app.request('/', { headers })).status).toBe(200)
    expect(seen[0]).toBe(seen[1])
    expect(control.takeCalls()).toEqual(['find'])
    expect(await (await app.request('/')).text()).toContain('ERR_SESSION_REQUIRED')
  })
})
