import type { FastifyReply } from 'fastify'

/**
 * Sends an error by Fastify's error handling, in place of a reply whose commit failed and of which nothing has been
 * sent. The reply gets back the headers that it had when its session was loaded (`initial`) and takes those that the
 * error has put on the raw response. Other commits set their headers again when the error is sent. A hijacked reply
 * gets status and headers only, because Fastify no longer sends it.
 */
export function replyWithError(
  reply: FastifyReply,
  initial: ReturnType<FastifyReply['getHeaders']>,
  error: unknown,
): void {
  if (reply.sent) {
    reply.log.error(error)
    reply.raw.end()
    return
  }
  const rawHeaders = reply.raw.getHeaders()
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name)
  reply.headers({ ...rawHeaders, ...initial })
  reply.send(error)
}
