/** Pages for visitors whose session was ended, on this device or from another. */
import type { SessionManager } from '@sojourn/core'
import { endedPage } from '@sojourn/example-shop/views/notice'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { goTo, sendPage } from './send-page.ts'

/** Deletes the cookie of the ended session. Only a click may: a late response could delete the cookie of a new login. */
export function endedRoutes(app: FastifyInstance, { cookieName }: SessionManager) {
  app.post('/start-afresh', async ({ session }, reply) => {
    if (session.ended)
      reply.header('Set-Cookie', `${cookieName}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`)
    return goTo(reply, '/')
  })
}

/** Shows why the session ended, instead of the page: nothing can be saved in it, so the click would be lost. */
export async function sayWhyEnded({ session }: FastifyRequest, reply: FastifyReply) {
  const { ended } = session
  return ended && sendPage(reply.code(401), () => endedPage(ended))
}
