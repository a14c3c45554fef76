/** The service `user`, with Express: signs in and out, and writes the nickname. */
import type { SessionManager } from '@sojourn/core'
import { clientOf } from '@sojourn/core/client'
import { authenticate } from '@sojourn/example-shop/users'
import { csrf, requireSession, sessions } from '@sojourn/express'
import express, {
  type Express,
  type NextFunction,
  type Request,
  type Response,
  Router,
} from 'express'
import type { Setting } from '../shared/serve.ts'
import { errorBody, type Maker, pageOf, safePage, summaryOf } from '../shared/views.ts'
import { homePage } from './views.ts'

/** Returns the application. */
export function createUserApp({ manager, trustProxy, instance }: Setting): Express {
  const maker: Maker = { service: 'user', framework: 'Express', instance }
  return express()
    .disable('x-powered-by')
    .set('trust proxy', trustProxy)
    .get('/healthz', (_req, res) => void res.sendStatus(200))
    .get('/readyz', (_req, res) =>
      manager.ping().then(
        () => res.sendStatus(200),
        () => res.sendStatus(503),
      ),
    )
    .use('/user', sessions(manager), csrf(), userRoutes(manager, maker))
    .use((_req, _res, next) => next({ status: 404 }))
    .use(showError(maker))
}

function userRoutes(manager: SessionManager, maker: Maker): Router {
  return Router()
    .use(express.urlencoded({ extended: false }))
    .get('/', home)
    .get('/session', ({ session }, res) => res.json(summaryOf(maker, session)))
    .post('/log-in', logIn)
    .post('/log-out', logOut)
    .post('/nickname', setNickname)
    .post('/revoke', requireSession({ redirectTo: '/user/' }), revoke)

  async function home({ session }: Request, res: Response) {
    const { userId, id } = session
    const devices = userId === undefined ? [] : await manager.sessions(userId, { current: id })
    res
      .set(safePage)
      .send(pageOf(maker, { title: 'You', session, body: homePage(session, devices) }))
  }

  async function revoke({ session, body }: Request, res: Response) {
    await manager.revoke(String(body?.id), { userId: session.requireUser() })
    res.redirect(303, '/user/')
  }
}

async function logIn({ session, headers, body }: Request, res: Response, next: NextFunction) {
  const user = await authenticate(String(body?.name), String(body?.password))
  if (!user) return next({ status: 401 })
  await session.login(user.id, { client: await clientOf(headers) })
  res.redirect(303, '/user/')
}

async function logOut({ session }: Request, res: Response) {
  await session.destroy()
  res.redirect(303, '/user/')
}

async function setNickname({ session, body }: Request, res: Response) {
  await session.update((data) => {
    data.nickname = String(body?.nickname ?? '').slice(0, 40)
  })
  res.redirect(303, '/user/')
}

function showError(maker: Maker) {
  return (error: { status?: number }, _req: Request, res: Response, next: NextFunction) => {
    const { status = 500 } = error
    if (status >= 500) console.error(error)
    if (res.headersSent) return next(error)
    res
      .status(status)
      .set(safePage)
      .send(pageOf(maker, { title: 'Sorry', body: errorBody(status) }))
  }
}
