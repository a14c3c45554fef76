/** Pages for users who are signed in. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { goTo } from './send-page.ts'

/** Calls a handler with the user's id. Visitors are redirected to the sign-in page, with a message that names the page. */
export function forUser(
  what: string,
  handle: (userId: string, request: FastifyRequest, reply: FastifyReply) => unknown,
) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { userId, flash } = request.session
    if (userId !== undefined) return handle(userId, request, reply)
    flash.add('info', `Sign in to see your ${what}.`)
    return goTo(reply, '/sign-in')
  }
}
