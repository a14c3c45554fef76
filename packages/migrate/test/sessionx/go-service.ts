import { randomBytes } from 'node:crypto'
import { createJar } from '@sojourn/conformance/testing'
import {
  formatRecord,
  parseRecord,
  type SessionXRecord,
} from '../../src/sources/sessionx/record.ts'

/** What a Go service uses of a client of Redis. */
export interface GoRedis {
  get(key: string): Promise<unknown>
  set(key: string, text: string): Promise<unknown>
  del(key: string): Promise<unknown>
}

/** A session in a Go handler, as SessionX's `Session`. */
export type GoSession = { -readonly [Field in keyof SessionXRecord]: SessionXRecord[Field] } & {
  data: Record<string, unknown>
}

/** Something with a `Cookie` header. */
export interface Browser {
  cookie: string | undefined
}

/**
 * Returns what stands for a Go service with SessionX: its `Load` and its `Save`, with their effects in the same order, which a
 * test can take apart. The real library was run against the same cases by hand; see the decision 0041.
 */
export function createGoService(
  redis: GoRedis,
  { rotationInterval = 900_000, now = Date.now } = {},
) {
  const newId = () => randomBytes(16).toString('base64url')
  const keyOf = (id: string) => `sessionx:${id}`

  async function load({ cookie }: Browser): Promise<GoSession> {
    const [, id = ''] = /(?:^|; )sessionx=([^;]*)/.exec(cookie ?? '') ?? []
    const text = await redis.get(keyOf(id))
    const record = typeof text === 'string' ? parseRecord(text) : undefined
    const at = now()
    if (!record || at - record.updatedAt > 86_400_000)
      return { id: newId(), data: {}, createdAt: at, updatedAt: at, rotatedAt: at }
    const session: GoSession = { ...record, data: { ...record.data } }
    if (at - session.rotatedAt > rotationInterval) rotate(session)
    return session
  }

  function rotate(session: GoSession): void {
    session.id = newId()
    session.rotatedAt = now()
  }

  async function save(browser: Browser, session: GoSession): Promise<void> {
    session.updatedAt = now()
    await redis.set(keyOf(session.id), sortKeys(formatRecord(session)))
    const jar = createJar(browser.cookie)
    jar.take([`sessionx=${session.id}; Path=/`])
    browser.cookie = jar.header
  }

  return {
    load,
    save,
    rotate,
    /** Serves a request of a browser. */
    async request<Result>(
      browser: Browser,
      handler: (session: GoSession) => Result,
    ): Promise<Result> {
      const session = await load(browser)
      const result = handler(session)
      await save(browser, session)
      return result
    },
    /** What `Destroy` does, outside of the middleware. */
    async destroy(browser: Browser): Promise<void> {
      const [, id = ''] = /(?:^|; )sessionx=([^;]*)/.exec(browser.cookie ?? '') ?? []
      await redis.del(keyOf(id))
      const jar = createJar(browser.cookie)
      jar.take(['sessionx=; Max-Age=0'])
      browser.cookie = jar.header
    },
  }
}

/** Returns JSON with the keys of all objects below the fields in order, as Go writes maps. */
function sortKeys(json: string): string {
  const sort = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(sort)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([key, inner]) => [key, sort(inner)]),
          )
        : value
  const { Data, ...fields } = JSON.parse(json)
  return JSON.stringify({ ID: fields.ID, Data: sort(Data), ...fields })
}
