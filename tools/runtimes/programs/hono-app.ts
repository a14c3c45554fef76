import { type SessionEnv, sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { createManager, pageOf } from './page.ts'

export function honoApp() {
  const app = new Hono<SessionEnv>()
  app.use('*', sessions(createManager()))
  app.all('*', async (context) =>
    context.json(await pageOf(context.get('session'), context.req.path)),
  )
  return app
}
