import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { createJar, createTestCarrier } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  defaultConfig,
  type Session,
  type SessionManager,
} from '@sojourn/core'
import type { Carrier } from '@sojourn/core/binding'
import type { SessionStore, StoreEnv } from '@sojourn/core/store'
import { type CookieStoreOptions, cookieStore } from '@sojourn/store-cookie'
import { onTestFinished } from 'vitest'
import { createSealKeys } from '../src/seal-keys.ts'

export type TestData = Record<string, unknown>

export const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
export const oldSecret = 'Zq7rY2uB9wLx4mNc6vTk1sJd8fHg3pQe5aSo0iUyXbM'
export const t0 = Date.UTC(2030, 0, 1)
export const minute = 60_000
export const day = 86_400_000

type ConfigSecret = Parameters<typeof defaultConfig>[0]

/** What a scene is made of, besides the defaults. */
export interface SceneOptions extends CookieStoreOptions {
  readonly config?: Partial<ConfigOptions> & { readonly secretKey?: ConfigSecret }
}

/** A manager over a cookie store, and what a test needs to look behind it. */
export function makeScene({ config = {}, ...options }: SceneOptions = {}) {
  const clock = { now: t0 }
  const inside: { store?: SessionStore; env?: StoreEnv } = {}
  const { secretKey = secret, ...rest } = config
  const manager: SessionManager<TestData> = createSessionManager<TestData>({
    ...defaultConfig(secretKey, {
      clock: () => clock.now,
      warn: () => undefined,
      ...rest,
      store(env) {
        const store = cookieStore(options)(env)
        Object.assign(inside, { store, env })
        return store
      },
    }),
    ...(typeof secretKey === 'string' ? {} : { indexKey: secret }),
  })
  const { store, env } = inside
  if (!store || !env) throw new Error('The manager made no store')
  const discarded: unknown[] = []
  manager.on('discarded', (event) => discarded.push(event))
  return { manager, store, env, clock, discarded, keys: createSealKeys(env.keyring)() }
}

type Handle = (session: Session<TestData>) => unknown

/** Makes one request. Returns its session, the response's cookies, and the Cookie header of the next request. */
export async function request(
  manager: SessionManager<TestData>,
  cookie: string | undefined,
  handle: Handle = () => undefined,
) {
  const carrier = createTestCarrier({ cookie })
  const session = await manager.load(carrier)
  await handle(session)
  await manager.commit(session, carrier)
  const { setCookies } = carrier
  const jar = createJar(cookie)
  jar.take(setCookies)
  return { session, setCookies, cookie: jar.header ?? cookie }
}

/** The value of the one cookie of a header. */
export function tokenOf(cookie: string | undefined): string {
  return cookie?.slice(cookie.indexOf('=') + 1) ?? ''
}

/** An application over HTTP, on nothing but core: what its handler answers is the body. */
export async function serve(
  manager: SessionManager<TestData>,
  handle: (session: Session<TestData>, url: URL) => unknown,
): Promise<string> {
  const server = http.createServer(async (req, res) => {
    const carrier: Carrier = {
      secure: true,
      get sent() {
        return res.headersSent
      },
      header: (name) => req.headersDistinct[name]?.join('; '),
      get: (name) => res.getHeader(name)?.toString(),
      set: (name, value) => void res.setHeader(name, value),
      append: (name, value) => void res.appendHeader(name, value),
    }
    try {
      const session = await manager.load(carrier)
      const answer = await handle(session, new URL(req.url ?? '/', 'http://localhost'))
      await manager.commit(session, carrier)
      res.end(String(answer))
    } catch (error) {
      res.statusCode = 500
      res.end(String((error as { code?: unknown }).code))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

/** The initialization vectors of `count` new tokens. */
export async function ivsOf(
  { store }: ReturnType<typeof makeScene>,
  count: number,
): Promise<string[]> {
  const draft = { data: Buffer.from('{}'), maxAge: day, absoluteTimeout: day, persistent: true }
  const ivs: string[] = []
  for (let n = 0; n < count; n++) {
    const creation = await store.create(draft, {})
    if (!creation.created) throw new Error('The store created no session')
    ivs.push(creation.token.split('.')[2] ?? '')
  }
  return ivs
}
