import type { FastifyReply } from 'fastify'

/**
 * Answers with an error in place of a reply whose commit failed and of which nothing has left: by Fastify's error
 * handling, on the headers that the reply had when its session was loaded (`found`) and those that the error brings
 * along. What other commits have to say, they say again. A hijacked reply gets status and headers only, for Fastify has
 * been told to leave it alone.
 */
export function replyWithError(
  reply: FastifyReply,
  found: ReturnType<FastifyReply['getHeaders']>,
  error: unknown,
): void {
  if (reply.sent) {
    reply.log.error(error)
    reply.raw.end()
    return
  }
  const raised = reply.raw.getHeaders()
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name)
  reply.headers({ ...raised, ...found })
  reply.send(error)
}
