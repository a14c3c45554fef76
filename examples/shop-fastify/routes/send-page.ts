/** What routes need to read forms and to send pages. */
import { pageOf, textOf, type View } from '@sojourn/example-shop/page'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { timeOf } from '../now.ts'

/** Sends the page of a view. */
export function sendPage(reply: FastifyReply, view: View): FastifyReply {
  const { request } = reply
  reply.header('Cache-Control', 'no-store').type('text/html; charset=utf-8')
  return reply.send(pageOf(request.session, view, timeOf(request)))
}

/** Redirects with 303, so that a reload does not send the form again. */
export function goTo(reply: FastifyReply, path: string): FastifyReply {
  return reply.redirect(path, 303)
}

/** Returns the text of a form's field, or '' if it is missing or is not text. */
export function field({ body }: FastifyRequest, name: string): string {
  return textOf(Object(body)[name])
}

/** Returns whether the URL says that the last attempt failed. */
export function hasFailed({ query }: FastifyRequest): boolean {
  return 'failed' in Object(query)
}
