import type { IncomingMessage } from 'node:http'
import type { Session } from '@sojourn/core'
import { sessions } from '@sojourn/node'
import { roundTripOverHttp } from './http.ts'
import { createManager, pageOf } from './page.ts'

/** Makes the round trip with `node:http`, and the store if one is given. */
export async function prove(store?: Parameters<typeof createManager>[0]): Promise<void> {
  const withSession = sessions(createManager(store))
  await roundTripOverHttp((request: IncomingMessage & { session?: Session }, response) => {
    withSession(request, response, async (error) => {
      if (error || !request.session) return response.end(String(error))
      const page = await pageOf(request.session, request.url ?? '')
      response.end(JSON.stringify(page))
    })
  })
}
