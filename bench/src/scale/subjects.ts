import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import {
  createSessionManager,
  defaultConfig,
  type SessionManager,
  type StoreFactory,
} from '@sojourn/core'
import { memoryStore } from '@sojourn/store-memory'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import expressSession from 'express-session'
import memorystore from 'memorystore'
import { nodeRedisKeys, signedIds } from '../contenders/baselines.ts'
import { connectNodeRedis } from '../contenders/clients.ts'
import { type BenchData, secret } from '../contenders/data.ts'
import { byHand, bySojourn, type Subject } from '../in-process/subject.ts'

/** Sessions whose cost is measured as they grow in number and size. */
export interface ScaleSubject extends Subject {
  /** Returns a user's sessions; `undefined` where nobody lists them. */
  readonly list?: (userId: string) => Promise<readonly unknown[]>
}

/** What is measured, by its name in the tables. `perUser` is the limit of sessions per user. */
export const subjects: Readonly<
  Record<string, (perUser?: number) => Promise<ScaleSubject> | ScaleSubject>
> = {
  'Map by hand': () => byHand(signedIds(new Map())),
  memorystore: () => inMemorystore(),
  'Sojourn memory': (perUser) => inSojourn(memoryStore({ max: Number.POSITIVE_INFINITY }), perUser),
  'Redis by hand': async () => byHand(signedIds(await nodeRedisKeys())),
  'Sojourn node-redis': async (perUser) =>
    inSojourn(nodeRedisStore(await connectNodeRedis()), perUser),
}

/**
 * Returns a manager that holds any data here. Filling a store takes minutes, so a session counts as used for an hour: no
 * read writes because of its age.
 */
export function managerOf<Data extends object>(
  store: StoreFactory,
  perUser?: number,
): SessionManager<Data> {
  const ages = { touchInterval: '1h', rotationInterval: '12h' } as const
  const limit = perUser === undefined ? {} : { limit: { max: perUser } }
  const http = { cookieName: 'sid', secure: false }
  const bounds = { maxDataBytes: 2 ** 17, storeTimeout: '1m' } as const
  return createSessionManager(
    defaultConfig(secret, { store, ...bounds, ...ages, ...limit, ...http }),
  )
}

function inSojourn(store: StoreFactory, perUser?: number): ScaleSubject {
  const manager = managerOf<BenchData>(store, perUser)
  return { ...bySojourn(manager), list: (userId) => manager.sessions(userId) }
}

/** As express-session calls it, without the signature of its id. */
function inMemorystore(): ScaleSubject {
  const Store = memorystore(expressSession)
  const store = new Store({})
  const get = promisify<string, BenchData>(store.get.bind(store))
  const set = promisify<string, object>(store.set.bind(store))
  const cookie = { originalMaxAge: 86_400_000, httpOnly: true, path: '/' }
  return byHand({
    open: (id) => get(id),
    async keep(data, id = randomBytes(24).toString('base64url')) {
      await set(id, { cookie, ...data })
      return id
    },
  })
}
