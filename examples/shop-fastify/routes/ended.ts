/** What happens to those whose session somebody ended, on this device or from another. */
import type { SessionManager } from '@sojourn/core'
import { endedPage } from '@sojourn/example-shop/views/notice'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { goTo, sendPage } from './send-page.ts'

/** Only a click drops the dead cookie: a late response that did might drop that of a new login. */
export function endedRoutes(app: FastifyInstance, { cookieName }: SessionManager) {
  app.post('/start-afresh', async ({ session }, reply) => {
    if (session.ended)
      reply.header('Set-Cookie', `${cookieName}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`)
    return goTo(reply, '/')
  })
}

/** An ended session keeps nothing and accepts only a login: say why, before a click is lost. */
export async function sayWhyEnded({ session }: FastifyRequest, reply: FastifyReply) {
  const { ended } = session
  return ended && sendPage(reply.code(401), () => endedPage(ended))
}
