import { sessions } from '@sojourn/koa'
import Koa from 'koa'
import { roundTripOverHttp } from './http.ts'
import { createManager, pageOf } from './page.ts'

export async function prove(): Promise<void> {
  const app = new Koa()
  app.use(sessions(createManager()))
  app.use(async (context) => {
    context.body = await pageOf(context.session, context.path)
  })
  await roundTripOverHttp(app.callback())
}
