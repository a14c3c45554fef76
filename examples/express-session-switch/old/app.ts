/** The application before the switch: express-session, connect-redis and Passport. */
import { setTimeout as wait } from 'node:timers/promises'
import { RedisStore } from 'connect-redis'
import express, { type Express as App } from 'express'
import session from 'express-session'
import passport from 'passport'
import { connect, environment } from '../environment.ts'

declare module 'express-session' {
  interface SessionData {
    values?: never // one key for each value: `value0` and so on
    [key: `value${string}`]: number | undefined
  }
}

/** Creates the application. */
export async function createApp(): Promise<App> {
  const { oldSecret, oldName, oldPrefix } = environment
  passport.serializeUser((user, done) => done(null, idOf(user)))
  passport.deserializeUser((id: string, done) => done(null, { id }))
  const app = express()
  const store = new RedisStore({ client: await connect(), prefix: oldPrefix })
  app.use(
    session({
      store,
      secret: oldSecret,
      name: oldName,
      resave: false,
      saveUninitialized: false,
      cookie: { maxAge: 86_400_000 },
    }),
  )
  app.use(passport.session())

  app.post('/log-in/:user', (req, res, next) => {
    const done = (error?: unknown) => (error ? next(error) : void res.json(answer(req)))
    req.logIn({ id: req.params.user }, { keepSessionInfo: true, session: true }, done)
  })

  app.post('/log-out', (req, res, next) => {
    req.session.destroy((error?: unknown) => {
      if (error) return next(error)
      res.clearCookie(oldName).json({ server: 'old' })
    })
  })

  app.post('/set/:key/:value', async (req, res) => {
    await wait(Number(req.query['ms']))
    req.session[`value${req.params.key}`] = Number(req.params.value)
    res.json(answer(req))
  })

  app.get('/', async (req, res) => {
    await wait(Number(req.query['ms'] ?? 0))
    res.json(answer(req))
  })
  return app
}

function answer(req: express.Request) {
  const values = Object.entries(req.session).filter(([key]) => key.startsWith('value'))
  return { server: 'old', user: idOf(req.user), values: Object.fromEntries(values) }
}

function idOf(user: Express.User | undefined): string | undefined {
  return Object(user).id
}
