/** The time of a request. All times on its page are relative to it. */
import type { FastifyRequest } from 'fastify'

const times = new WeakMap<FastifyRequest, number>()

/** Notes when a request came, in epoch ms. */
export function noteTime(request: FastifyRequest, now: number): void {
  times.set(request, now)
}

/** Returns when a request came, in epoch ms. */
export function timeOf(request: FastifyRequest): number {
  return times.get(request) ?? 0
}
