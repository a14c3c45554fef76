/** How a route answers, and what it is asked. */
import { pageOf, textOf, type View } from '@sojourn/example-shop/page'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { timeOf } from '../now.ts'

/** Sends the page that a view makes of the session, with the messages that wait for it. */
export function sendPage(reply: FastifyReply, view: View): FastifyReply {
  const { request } = reply
  reply.header('Cache-Control', 'no-store').type('text/html; charset=utf-8')
  return reply.send(pageOf(request.session, view, timeOf(request)))
}

/** Sends the visitor on, by GET. */
export function goTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.redirect(path, 303)
}

/** A field of a form; empty where it is missing or is not text. */
export function field({ body }: FastifyRequest, name: string): string {
  return textOf(Object(body)[name])
}

/** Whether the address says that an attempt failed. */
export function hasFailed({ query }: FastifyRequest): boolean {
  return 'failed' in Object(query)
}
