import type { FastifyReply } from 'fastify'

/**
 * Answers with an error in place of a reply whose commit failed and of which nothing has left: by Fastify's error
 * handling, with the headers that the reply had when its session was loaded (`found`) and those that stand on the raw
 * response, which are the error's own and the cookies of other commits. A hijacked reply gets status and headers only,
 * for Fastify has been told to leave it alone.
 */
export function answerInstead(
  reply: FastifyReply,
  found: ReturnType<FastifyReply['getHeaders']>,
  error: unknown,
): void {
  if (reply.sent) {
    reply.log.error(error)
    reply.raw.end()
    return
  }
  const { 'set-cookie': cookies, ...kept } = reply.raw.getHeaders()
  const before = [found['set-cookie']].flat()
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name)
  reply.headers({ ...found, ...kept })
  for (const line of [cookies ?? []].flat()) {
    if (!before.includes(line)) reply.header('set-cookie', line)
  }
  reply.send(error)
}
