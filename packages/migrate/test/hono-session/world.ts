import * as current from '@hono/session'
import { Hono, type MiddlewareHandler } from 'hono'
import * as previous from 'hono-session01'

type Library = typeof current
/** The two versions of `@hono/session`. */
export const libraries = { '0.2': current, '0.1': previous as unknown as Library }

export const secret = 'a secret of the old application: 7f3b1c9e'

/** The storage of the tests: a map, as unstorage has one behind the same methods. */
export function mapStorage() {
  const map = new Map<string, unknown>()
  return {
    map,
    get: (id: string) => map.get(id) ?? null,
    set: (id: string, value: unknown) => void map.set(id, value),
    delete: (id: string) => void map.delete(id),
  }
}

/** An application with `@hono/session`. */
export function application(
  { useSession, useSessionStorage }: Library,
  options: object,
  storage?: ReturnType<typeof mapStorage>,
) {
  const app = new Hono<{ Variables: { session: { update(data: object): Promise<void> } } }>()
  if (storage) app.use(useSessionStorage(storage as never) as MiddlewareHandler)
  app.use(useSession({ secret, ...options }) as unknown as MiddlewareHandler)
  app.post('/', async (c) => {
    await c.get('session').update(await c.req.json())
    return c.body(null)
  })
  return {
    async put(body: object) {
      const response = await app.request('/', { method: 'POST', body: JSON.stringify(body) })
      return response.headers.getSetCookie()
    },
  }
}
