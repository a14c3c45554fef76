/**
 * Old and new servers side by side on one Redis. An old server is the real RedisStore of connect-redis, used as express-session
 * uses it: a request reads the record, and later writes all of it. So the order of all steps is in the hands of a test.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { createVisitor, type TestData, type Visitor } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionManager,
} from '@sojourn/core'
import { freshPrefix, sharedServers } from '@sojourn/redis-lab'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import { RedisStore } from 'connect-redis-10'
import type { SessionData } from 'express-session'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { onTestFinished } from 'vitest'
import {
  expressSessionSource,
  type OldServers,
  type RedisClient,
} from '../../src/express-session.ts'
import { migrateStore } from '../../src/index.ts'

export type Server = SessionManager<TestData>

export const secret = 'the secret of the old servers'
const day = 86_400_000

type ServerOptions = Partial<ConfigOptions> & {
  readonly keepOld?: boolean
  readonly sourceClient?: RedisClient
  readonly logIn?: NonNullable<OldServers['logIn']>
}

/** A request on an old server, between its read and its write. */
interface OldRequest {
  readonly data: Record<string, unknown>
  /** Writes the whole record, as express-session does at the end of the request. */
  save(): Promise<void>
}

/** Creates a Redis with old servers, whose records new servers share by the client of this library. */
export async function createWorld(library: 'redis' | 'ioredis') {
  const { port } = sharedServers().standalone
  const prefix = freshPrefix()
  const client = createClient({ socket: { host: '127.0.0.1', port } })
  await client.on('error', console.error).connect()
  const redis = library === 'ioredis' ? new Redis(port, '127.0.0.1') : undefined
  onTestFinished(() => {
    client.destroy()
    redis?.disconnect()
  })
  const oldPrefix = `${prefix}sess:`
  const store = new RedisStore({ client, prefix: oldPrefix })
  const get = promisify(store.get.bind(store))
  const set = promisify(store.set.bind(store))
  const secretKey = randomBytes(32)

  const server = ({
    keepOld = true,
    sourceClient = redis ?? client,
    logIn = (data, userId) => {
      data['passport'] = { user: userId }
    },
    ...options
  }: ServerOptions = {}): Server =>
    createSessionManager<TestData>(
      devConfig(secretKey, {
        store: migrateStore({
          from: expressSessionSource({
            client: sourceClient,
            secret,
            prefix: oldPrefix,
            userId: ({ passport }) => passport?.user,
            oldServers: { cookie: { maxAge: day }, logIn },
          }),
          to: nodeRedisStore(client, { prefix: `${prefix}sid:` }),
          keepOld,
        }),
        warn: () => undefined,
        ...options,
      }),
    )

  const sign = (sid: string) => {
    const mac = createHmac('sha256', secret).update(sid).digest('base64').replace(/=+$/, '')
    return `connect.sid=${encodeURIComponent(`s:${sid}.${mac}`)}`
  }

  const write = (sid: string, data: object, maxAge: number | null = day) => {
    const expires = maxAge === null ? null : new Date(Date.now() + maxAge)
    const cookie = { originalMaxAge: maxAge, expires, httpOnly: true, path: '/' }
    const record = Object.defineProperty({ ...data }, 'cookie', { value: cookie, enumerable: true })
    return set(sid, record as unknown as SessionData)
  }

  async function regenerate(browser: Visitor<TestData>, data: object): Promise<void> {
    await client.del(oldPrefix + sidOf(browser))
    const next = randomBytes(24).toString('base64url')
    await write(next, data)
    setOldCookie(browser, sign(next))
  }

  return {
    server,
    client,
    oldPrefix,
    /** Returns a client whose commands on the keys that are chosen fail. The choice may take a while, and others act meanwhile. */
    clientThat(fails: (name: string) => boolean | Promise<boolean>): RedisClient {
      const unlessFailing = async <Reply>(name: string, call: () => Promise<Reply>) => {
        if (await fails(name)) throw new Error('down')
        return call()
      }
      return {
        get: (name) => unlessFailing(name, () => client.get(name)),
        del: (name) => unlessFailing(name, () => client.del(name)),
        pTTL: (name) => unlessFailing(name, () => client.pTTL(name)),
        eval: (script: string, options: { keys: [string]; arguments: string[] }) =>
          unlessFailing(options.keys[0], () => client.eval(script, options)),
      }
    },
    /** Returns the name of the record that a browser's old cookie leads to. */
    recordOf: (browser: Pick<Visitor, 'cookie'>) => oldPrefix + sidOf(browser),
    /** Returns a browser that begins a session on an old server. */
    async oldBrowser(
      data: object,
      server: Server,
      maxAge?: number | null,
    ): Promise<Visitor<TestData>> {
      const sid = randomBytes(24).toString('base64url')
      await write(sid, data, maxAge)
      return createVisitor<TestData>(server, sign(sid))
    },
    /** Begins a request on an old server. @throws Error if the session is none there. */
    async oldRequest(browser: Pick<Visitor, 'cookie'>): Promise<OldRequest> {
      const sid = sidOf(browser)
      const found = await get(sid)
      if (!found) throw new Error('No session')
      const { cookie: _, ...data } = found
      const changed: Record<string, unknown> = { ...data }
      return { data: changed, save: () => write(sid, changed) }
    },
    /** Returns the data of a session on an old server, without what new servers note in it; `undefined` if there is none. */
    async oldData(browser: Pick<Visitor, 'cookie'>) {
      const found = await get(sidOf(browser))
      if (!found) return undefined
      const { cookie: _, _sojourn, ...data } = found as SessionData & { _sojourn?: unknown }
      return data
    },
    /** Logs in on an old server as Passport does with `keepSessionInfo`: another session, which gets all data. */
    async oldLogin(browser: Visitor<TestData>, user: string): Promise<void> {
      const { cookie: _, ...data } = (await get(sidOf(browser))) ?? {}
      await regenerate(browser, { ...data, passport: { user } })
    },
    /** Replaces the session on an old server by another one with this data. */
    oldRegenerate: regenerate,
    /** Logs out on an old server: the record and the cookie are deleted. */
    async oldLogout(browser: Visitor<TestData>): Promise<void> {
      await client.del(oldPrefix + sidOf(browser))
      setOldCookie(browser, undefined)
    },
  }
}

/** Returns the id in the old cookie of a browser. */
function sidOf({ cookie = '' }: Pick<Visitor, 'cookie'>): string {
  const [, value = ''] = /connect\.sid=([^;]*)/.exec(cookie) ?? []
  return decodeURIComponent(value).slice(2).split('.')[0] ?? ''
}

function setOldCookie(browser: Visitor<TestData>, old: string | undefined): void {
  const others = (browser.cookie ?? '').split('; ').filter((pair) => !pair.startsWith('connect'))
  browser.cookie = [...others, ...(old === undefined ? [] : [old])].filter(Boolean).join('; ')
}
