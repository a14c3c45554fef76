import { sessions } from '@sojourn/web'
import { createManager, pageOf } from './page.ts'
import type { Send } from './round-trip.ts'

/** Returns the application as a handler from Request to Response. */
export function webApp(store?: Parameters<typeof createManager>[0]): Send {
  const withSession = sessions(createManager(store))
  return (request) =>
    withSession(request, async (session) =>
      Response.json(await pageOf(session, new URL(request.url).pathname)),
    )
}
