import { getRequestListener } from '@hono/node-server'
import { serveFetch } from '@sojourn/conformance/binding'
import { roundTripOverHttp } from './http.ts'
import { roundTrip, type Send } from './round-trip.ts'

/**
 * Makes the round trip through the server of the runtime: Bun.serve, Deno.serve, or node:http on Node. A module of workerd has
 * no server of its own, so there requests are handed to the application.
 */
export async function roundTripOverFetch(handler: Send): Promise<void> {
  if ('WebSocketPair' in globalThis) return roundTrip('http://localhost', handler)
  if (!('Bun' in globalThis || 'Deno' in globalThis))
    return roundTripOverHttp(getRequestListener(handler))
  const { url, close } = serveFetch(handler)
  try {
    await roundTrip(url)
  } finally {
    await close()
  }
}
