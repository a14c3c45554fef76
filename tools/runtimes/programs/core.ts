import { clientOf } from '@sojourn/core/client'
import { check, roundTrip } from './round-trip.ts'
import { webApp } from './web-app.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** The parser of the optional peer names a browser; the manager keeps a session. */
export async function prove(): Promise<void> {
  const client = await clientOf({ 'user-agent': firefox })
  check('The browser', 'Firefox', client.browser)
  await roundTrip('http://127.0.0.1/', webApp())
}
