import { sessions } from '@sojourn/fastify'
import { fastify } from 'fastify'
import { createManager, pageOf } from './page.ts'
import { roundTrip } from './round-trip.ts'

export async function prove(): Promise<void> {
  const app = fastify()
  app.register(sessions(createManager()))
  app.all('/*', (request) => pageOf(request.session, request.url))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  try {
    await roundTrip(url)
  } finally {
    await app.close()
  }
}
