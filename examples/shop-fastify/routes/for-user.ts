/** Pages for those who are signed in. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { goTo } from './send-page.ts'

/** Hands the user's id to a handler; whoever is not signed in is asked to, `what for`. */
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
