import { Hono, type MiddlewareHandler } from 'hono'
import * as current from 'hono-sessions'
import * as previous from 'hono-sessions07'
import { headerOf } from '../sources/cookies.ts'

type Library = typeof current
/** The two versions of hono-sessions. */
export const libraries = { '0.8': current, '0.7': previous as unknown as Library }

export const encryptionKey = 'a key of the old application: 7f3b1c9e'

/** An application with hono-sessions. */
export function application(
  { sessionMiddleware }: Library,
  options: Parameters<Library['sessionMiddleware']>[0],
) {
  const app = new Hono<{ Variables: { session: current.Session } }>()
  app.use(sessionMiddleware(options) as MiddlewareHandler)
  app.post('/', async (c) => {
    for (const [key, value] of Object.entries(await c.req.json())) c.get('session').set(key, value)
    c.get('session').flash('notice', 'Saved')
    return c.body(null)
  })
  app.get('/', (c) => c.json(c.get('session').get('user')))
  app.post('/logout', (c) => {
    c.get('session').deleteSession()
    return c.body(null)
  })
  const send = async (path: string, method: string, cookie = '', body?: object) =>
    app.request(path, {
      method,
      headers: { cookie },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  return {
    /** Makes a session and uses it once: 0.7 gives it an expiry only then. */
    async put(body: object) {
      const made = (await send('/', 'POST', '', body)).headers.getSetCookie()
      return [...made, ...(await send('/', 'GET', headerOf(made))).headers.getSetCookie()]
    },
    logOut: async (cookie: string) =>
      (await send('/logout', 'POST', cookie)).headers.getSetCookie(),
  }
}
