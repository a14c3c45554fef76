/** Error pages. */
import { asksForPassword, questionBefore } from '@sojourn/example-shop/step-up'
import { responseTo } from '@sojourn/example-shop/trouble'
import { notFoundPage } from '@sojourn/example-shop/views/notice'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { goTo, sendPage } from './send-page.ts'

export async function notFound(_request: FastifyRequest, reply: FastifyReply) {
  return sendPage(reply.code(404), notFoundPage)
}

/** Turns the error of `requireRecent`, from any route, into a redirect to the password form. */
export async function showError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (asksForPassword(error)) return goTo(reply, questionBefore(request.url.split('?')[0] ?? ''))
  const { status, headers, html } = responseTo(error)
  return reply.code(status).headers(headers).type('text/html; charset=utf-8').send(html)
}
