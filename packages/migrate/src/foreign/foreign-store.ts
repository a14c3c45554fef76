import type { StoreFactory } from '@sojourn/core'
import type { SessionStore, StoreEnv } from '@sojourn/core/store'
import { createBridgeStore } from '../bridge/bridge-store.ts'
import { importsOf } from '../imports-of.ts'
import { type SessionSource, scopeOf } from '../sources/source.ts'
import type { ForeignMigration } from './context.ts'
import { createEqualCookies, refuseEqualCookies } from './equal-cookies.ts'
import { createForeignSessions } from './foreign-sessions.ts'
import { guardSource } from './guard-source.ts'
import { createSave } from './import-session.ts'
import { createOpen } from './open.ts'
import { createUsers } from './revocation.ts'

/** What `createForeignStore` needs. */
export interface ForeignStoreOptions {
  readonly from: SessionSource
  readonly to: StoreFactory
  /** Whether an import leaves the old session and its cookies as they are, for servers with the old library. */
  readonly keepOld: boolean
}

/**
 * Creates the store of a migration from another library: `to`, and the sessions of the library until each is imported. The
 * first request with an old cookie, and no token, opens the old session; its write imports it (import-session.ts).
 *
 * The old cookie then counts as the token that the imported session has at first (`imports.tokensFor`): it opens that until
 * the client has presented its new token, and the grace after. When the session has ended the claim stays, so the old cookie
 * opens nothing any more (P1), whether the old record is still there, was written again, or was never more than the cookie.
 */
export function createForeignStore(
  { from, to: createTarget, keepOld }: ForeignStoreOptions,
  env: StoreEnv,
): SessionStore {
  const target = createTarget(from.oldRecords ? endOneAtReplay(env) : env)
  const imports = importsOf(target)
  const { imports: _, ...to } = target // nothing moves into a migration
  const source = guardSource(from, env)
  const sessions = createForeignSessions(source, to, env)
  const { claims } = imports
  const equalCookies = createEqualCookies(source, { claims, sessions, clock: env.clock })
  const migration: ForeignMigration = {
    source,
    to,
    imports,
    sessions,
    equalCookies,
    env,
    keepOld,
  }
  if (from.oldRecords) return createBridgeStore(migration, from, from.oldRecords)
  const users = to.users && createUsers(migration, to.users)

  const store: SessionStore = {
    ...to,
    foreignCookies: {
      names: from.cookieNames,
      deletedWith: keepOld ? undefined : scopeOf(from.options),
    },
    ...createOpen(migration, users),
    ...createSave(migration),
    ...(users ? { users } : {}),
  }
  if (from.share)
    return from.share(store, { env, imports, claimKey: (key) => sessions.claimKey({ key }) })
  return source.hasEqualCookies ? refuseEqualCookies(store, equalCookies) : store
}

/**
 * Returns the environment of the store behind a bridge, in which a replay ends one session: a bridge must know which ones end,
 * because each has an old record, so it ends the others of the user itself.
 */
function endOneAtReplay(env: StoreEnv): StoreEnv {
  const { policy } = env
  if (policy.onReplay !== 'revokeAll') return env
  return { ...env, policy: { ...policy, onReplay: 'destroy' } }
}
