import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { logIn } from '@sojourn/core/testing'
import * as sojourn from '@sojourn/express'
import cookieSession from 'cookie-session'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import expressSession from 'express-session'
import { describe, expect, test, vi } from 'vitest'
import { frameworks, type MakeApp, secret, serve, watchFaults } from './support.ts'

watchFaults()

const { csrf, passportSession, requireRecent, requireSession, sessions } = sojourn

const makeManager = () =>
  createSessionManager(
    devConfig(secret, { store: keyedStore(referenceBackend()), warn: () => undefined }),
  )

/** Serves an application; the response to an error is its code and message. */
async function serveApp(makeApp: MakeApp, mount: (app: Express) => void): Promise<string> {
  const app = makeApp()
  mount(app)
  app.get('/', (_req, res) => void res.send('passed'))
  const show: ErrorRequestHandler = (error, _req, res, _next) =>
    void res.status(error.status ?? 500).send(`${error.code} ${error.message}`)
  app.use(show)
  const { url } = await serve(app)
  return url
}

async function ask(url: string, manager?: SessionManager) {
  const headers = manager ? (await logIn(manager, 'ada')).headers : {}
  const response = await fetch(url, { headers, redirect: 'manual' })
  return { status: response.status, text: await response.text(), headers: response.headers }
}

describe.each(frameworks)('%s', (_name, makeApp) => {
  test.each<[string, unknown]>([
    ['sessions', sessions],
    ['requireSession', requireSession],
    ['requireRecent', requireRecent],
    ['csrf', csrf],
    ['passportSession', passportSession],
  ])('%s that was mounted without being called neither hangs nor passes', async (name, handler) => {
    const url = await serveApp(makeApp, (app) => app.use(handler as RequestHandler))
    const { status, text } = await ask(url)
    expect([status, text]).toEqual([
      500,
      expect.stringMatching(`^ERR_CONFIG_INVALID ${name} was given a request.*Call it: `),
    ])
  })

  test('destroy(callback) calls back when the user is logged out and the cookie is cleared', async () => {
    const manager = makeManager()
    const logOut: RequestHandler = (req, res) => {
      const { session } = req as unknown as { session: { destroy(done: () => void): void } }
      session.destroy(() => res.redirect('/'))
    }
    const url = await serveApp(makeApp, (app) => app.use(sessions(manager), logOut))
    const { status, headers } = await ask(url, manager)
    expect([status, headers.get('location')]).toEqual([302, '/'])
    expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^sid=;.*Max-Age=0/)])
    expect(await manager.sessions('ada')).toEqual([])
  })

  test.each<[string, RequestHandler]>([
    ['express-session before', expressSession({ secret, resave: false, saveUninitialized: true })],
    ['cookie-session before', cookieSession({ secret })],
  ])('%s is refused, and named', async (_other, handler) => {
    const url = await serveApp(makeApp, (app) => app.use(handler, sessions(makeManager())))
    const { status, text } = await ask(url)
    expect([status, text]).toEqual([
      500,
      expect.stringMatching(/^ERR_CONFIG_INVALID .*express-session, cookie-session/),
    ])
    const beside = await serveApp(makeApp, (app) =>
      app.use(handler, sessions(makeManager(), { as: 'userSession' })),
    )
    expect((await ask(beside)).text).toBe('passed')
  })

  test('cookie-session after takes the name and is refused', async () => {
    const url = await serveApp(makeApp, (app) =>
      app.use(sessions(makeManager()), cookieSession({ secret })),
    )
    expect(await ask(url)).toMatchObject({
      status: 500,
      text: expect.stringMatching(/^ERR_CONFIG_INVALID .*another session library/),
    })
  })

  test('managers with one cookie that never meet in a request are served', async () => {
    const url = await serveApp(makeApp, (app) =>
      app.use('/a', sessions(makeManager())).use('/b', sessions(makeManager())),
    )
    expect((await ask(url)).text).toBe('passed')
  })
})

describe('two copies of the package', () => {
  test('share the session of a request, its guards and its commit', async () => {
    vi.resetModules()
    const copy = (await import('@sojourn/express')) as typeof sojourn
    expect(copy.sessions).not.toBe(sessions)
    for (const [one, other] of [
      [sojourn, copy],
      [copy, sojourn],
    ] as const) {
      const manager = makeManager()
      const seen: unknown[] = []
      const note: RequestHandler = (req, _res, next) => {
        seen.push(req.session)
        req.session.data.n = (req.session.data.n ?? 0) + 1
        next()
      }
      const url = await serveApp(frameworks[0]?.[1] as MakeApp, (app) =>
        app.use(one.sessions(manager), note, other.sessions(manager), note, other.requireSession()),
      )
      const { status, text, headers } = await ask(url, manager)
      expect([status, text]).toEqual([200, 'passed'])
      expect(seen[0]).toBe(seen[1])
      expect(headers.getSetCookie()).toEqual([])
      expect((await ask(url)).status).toBe(401)
    }
  })
})
