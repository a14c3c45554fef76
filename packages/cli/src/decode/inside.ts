import { randomBytes } from 'node:crypto'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import type { SessionStore, StoreEnv } from '@sojourn/core/store'
import { cookieStore } from '@sojourn/store-cookie'
import type { KeyOptions } from '../sessions/options.ts'
import { readKeys } from '../sessions/read-keys.ts'

/** What the keys of an application make of a request. */
export interface Inside {
  readonly env: StoreEnv
  /** False if no keys were given, so that no signature can be checked. */
  readonly hasKeys: boolean
  /** Returns the tokens in a Cookie header, joined where one is split into several cookies. */
  tokensIn(cookie: string): Promise<readonly string[]>
}

/** Returns the inside of a manager with these keys, which has no sessions. */
export function openInside(options: KeyOptions): Inside {
  const hasKeys = options.secretFile !== undefined
  const keys =
    hasKeys || options.indexKeyFile !== undefined ? readKeys(options) : unknownKeys(options)
  const found: { env?: StoreEnv; tokens: readonly string[] } = { tokens: [] }
  const manager = createSessionManager(
    defaultConfig([...keys.secretKey], {
      ...keys,
      warn: () => undefined,
      store(env): SessionStore {
        found.env = env
        const store = cookieStore()(env)
        return {
          ...store,
          async open(tokens) {
            found.tokens = tokens
            return { outcome: 'discarded', why: 'unknown', id: undefined }
          },
        }
      },
    }),
  )
  const { env } = found
  if (!env) throw new TypeError('The manager has made no store')
  return {
    env,
    hasKeys,
    async tokensIn(cookie) {
      found.tokens = []
      await manager.read({ cookie })
      return found.tokens
    },
  }
}

function unknownKeys({ cookieName, namespace }: KeyOptions) {
  return {
    secretKey: [randomBytes(32).toString('base64url')],
    cookieName,
    ...(namespace !== undefined && { namespace }),
  }
}
