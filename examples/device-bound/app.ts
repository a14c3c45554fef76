/** The application: what binds sessions is one option of the manager, in server.ts. */
import type { SessionManager } from '@sojourn/core'
import { csrf, sessions } from '@sojourn/express'
import express, { type Express } from 'express'

/** What the page says of the session, as JSON. */
export interface Seen {
  /** Who is logged in; `null` for nobody. */
  readonly user: string | null
  /** How far the session is bound to the browser. */
  readonly binding: string
}

export function createApp(manager: SessionManager): Express {
  return express()
    .disable('x-powered-by')
    .use(sessions(manager))
    .use(csrf())
    .get('/log-in', (_req, res) => {
      res.send(
        '<!doctype html><title>Log in</title><form method="post"><button>Log in</button></form>',
      )
    })
    .post('/log-in', async ({ session, query }, res) => {
      await session.login(String(query['user'])) // after your check of the password
      res.redirect(303, '/')
    })
    .post('/log-out', async ({ session }, res) => {
      await session.destroy()
      res.redirect(303, '/')
    })
    .get('/', ({ session }, res) => {
      const { userId = null, binding, ended } = session
      res.send({ user: userId, binding: ended ?? binding } satisfies Seen)
    })
}
