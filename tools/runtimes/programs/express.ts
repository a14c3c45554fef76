import { sessions } from '@sojourn/express'
import express from 'express'
import { roundTripOverHttp } from './http.ts'
import { createManager, pageOf } from './page.ts'

export async function prove(): Promise<void> {
  const app = express()
  app.use(sessions(createManager()))
  app.use((request, response, next) => {
    pageOf(request.session, request.path).then((page) => response.json(page), next)
  })
  await roundTripOverHttp(app)
}
