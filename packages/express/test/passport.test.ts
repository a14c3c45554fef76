import { referenceBackend } from '@sojourn/conformance/backend'
import {
  createSessionManager,
  devConfig,
  type Session,
  type SessionUsageError,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { passportSession, sessions } from '@sojourn/express'
import express, { type ErrorRequestHandler } from 'express'
import { Passport } from 'passport'
import { Strategy } from 'passport-local'
import { beforeEach, describe, expect, test } from 'vitest'
import { frameworks, type MakeApp, secret, serve } from './support.ts'

interface Reply {
  readonly status: number
  readonly body: { user?: string; id: string; name?: string; returnTo?: string; ended?: string }
}

/** An application that signs in by Passport's session strategy, and a browser in front of it. */
async function stage(makeApp: MakeApp, serialized: (name: string) => unknown = (name) => name) {
  const manager = createSessionManager(
    devConfig(secret, { store: keyedStore(referenceBackend()), warn: () => undefined }),
  )
  const passport = new Passport()
  passport.use(new Strategy((name, password, done) => done(null, password === 'ok' && { name })))
  passport.serializeUser((user, done) => done(null, serialized(Reflect.get(user, 'name'))))
  passport.deserializeUser((name: unknown, done) => done(null, { name }))

  const app = makeApp()
  app.set('env', 'test')
  app.use(express.urlencoded({ extended: false }), sessions(manager), passportSession())
  app.use(passport.initialize(), passport.session())
  app.post('/remember', (req, res) => {
    Object.assign(req.session.data, { returnTo: '/cart' })
    res.json({})
  })
  app.post('/login', passport.authenticate('local'), (_req, res) => res.json({}))
  app.post('/login-keeping', passport.authenticate('local', { keepSessionInfo: true }), (_q, res) =>
    res.json({}),
  )
  app.post('/logout', (req, res, next) =>
    req.logout((error) => (error ? next(error) : res.json({}))),
  )
  app.post('/saved', (req, res, next) => {
    Object.assign(req.session.data, { returnTo: '/saved' })
    const { save } = req.session as Session & { save(done: (error?: unknown) => void): void }
    save(async (error) => {
      if (error) return next(error)
      const [info] = await manager.sessions('ada')
      res.json({ id: info?.id ?? 'none' })
    })
  })
  app.post('/destroyed', (req, res, next) => {
    const { destroy } = req.session as unknown as { destroy(done: (e?: unknown) => void): void }
    destroy((error) => (error ? next(error) : res.json({})))
  })
  app.get('/', ({ session, user }, res) =>
    res.json({
      ...session.data,
      user: user && Reflect.get(user, 'name'),
      id: session.id,
      ended: session.ended,
    }),
  )
  const answerCode: ErrorRequestHandler = (error: SessionUsageError, _req, res, _next) =>
    res.status(500).json({ name: error.code })
  app.use(answerCode)
  const { url } = await serve(app)

  let cookie = ''
  const ask = async (
    method: string,
    path: string,
    name = 'ada',
    password = 'ok',
  ): Promise<Reply> => {
    const body =
      method === 'POST' ? { body: new URLSearchParams({ username: name, password }) } : {}
    const response = await fetch(url + path, { method, headers: { cookie }, ...body })
    for (const line of response.headers.getSetCookie()) cookie = line.split(';')[0] ?? ''
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} }
  }
  return {
    manager,
    look: () => ask('GET', '/'),
    post: (path: string, name?: string, password?: string) => ask('POST', path, name, password),
    jar: {
      get: () => cookie,
      set: (held: string) => {
        cookie = held
      },
    },
  }
}

describe.each(frameworks)('Passport on %s', (_name, makeApp) => {
  let app: Awaited<ReturnType<typeof stage>>
  beforeEach(async () => {
    app = await stage(makeApp)
  })

  test('a login is a login: another id, another token, and the old cookie opens nothing', async () => {
    await app.post('/remember')
    const planted = app.jar.get()
    const before = await app.look()
    expect((await app.post('/login')).status).toBe(200)
    const { body } = await app.look()
    expect(body.user).toBe('ada')
    expect(body.id).not.toBe(before.body.id)
    app.jar.set(planted)
    expect((await app.look()).body).toMatchObject({ ended: 'login' })
  })

  test("the user's sessions are listed and revoked by their id", async () => {
    await app.post('/login')
    const { body } = await app.look()
    expect((await app.manager.sessions('ada')).map(({ id }) => id)).toEqual([body.id])
    await app.manager.revoke(body.id)
    expect((await app.look()).body.user).toBeUndefined()
  })

  test('what the visitor had is dropped, as Passport wants it', async () => {
    await app.post('/remember')
    await app.post('/login')
    expect((await app.look()).body.returnTo).toBeUndefined()
  })

  test('keepSessionInfo keeps it', async () => {
    await app.post('/remember')
    await app.post('/login-keeping')
    expect((await app.look()).body).toMatchObject({ user: 'ada', returnTo: '/cart' })
  })

  test('a wrong password signs nobody in and changes no cookie', async () => {
    await app.post('/remember')
    const held = app.jar.get()
    expect((await app.post('/login', 'ada', 'wrong')).status).toBe(401)
    expect(app.jar.get()).toBe(held)
    expect((await app.look()).body).toMatchObject({ returnTo: '/cart' })
  })

  test('a logout ends the session everywhere', async () => {
    await app.post('/login')
    const held = app.jar.get()
    expect((await app.post('/logout')).status).toBe(200)
    expect(await app.manager.sessions('ada')).toEqual([])
    app.jar.set(held)
    expect((await app.look()).body).toMatchObject({ ended: 'logout' })
  })

  test('another user who signs in over a session ends it', async () => {
    await app.post('/login')
    await app.post('/login', 'bob')
    expect((await app.look()).body.user).toBe('bob')
    expect(await app.manager.sessions('ada')).toEqual([])
    expect(await app.manager.sessions('bob')).toHaveLength(1)
  })

  test('the same user who signs in again keeps the id and gets another token', async () => {
    await app.post('/login')
    const [held, before] = [app.jar.get(), await app.look()]
    await app.post('/login')
    expect((await app.look()).body.id).toBe(before.body.id)
    expect(app.jar.get()).not.toBe(held)
  })

  test('save(cb) writes what was changed before it calls back', async () => {
    await app.post('/login')
    const { body } = await app.post('/saved')
    expect((await app.look()).body).toMatchObject({ id: body.id, returnTo: '/saved' })
  })

  test('destroy(cb) ends the session and calls back', async () => {
    await app.post('/login')
    expect((await app.post('/destroyed')).status).toBe(200)
    expect(await app.manager.sessions('ada')).toEqual([])
  })

  test('a user serialized to something that is no id is refused, and nobody is signed in', async () => {
    const objects = await stage(makeApp, (name) => ({ name }))
    await objects.post('/remember')
    expect(await objects.post('/login')).toEqual({
      status: 500,
      body: { name: 'ERR_CONFIG_INVALID' },
    })
    const { body } = await objects.look()
    expect([body.user, body.returnTo]).toEqual([undefined, '/cart'])
  })
})
