import type { SessionStore, StoreEnv, StoreImports } from '@sojourn/core/store'
import type { EqualCookies } from './equal-cookies.ts'
import type { ForeignSessions } from './foreign-sessions.ts'
import type { GuardedSource } from './guard-source.ts'

/** A migration from another library, made for one manager, and what its operations share. */
export interface ForeignMigration {
  readonly source: GuardedSource
  /** The store that takes the sessions over. */
  readonly to: SessionStore
  /** The imports of `to`. */
  readonly imports: StoreImports
  readonly sessions: ForeignSessions
  readonly equalCookies: EqualCookies
  readonly env: StoreEnv
  /** The option `keepOld`. */
  readonly keepOld: boolean
}

/** Returns the tokens that an imported session has at first. Whoever presents its old cookie presents these. */
export function firstTokens({ imports }: ForeignMigration, id: string): readonly string[] {
  return imports.tokensFor({ id, authority: 0 })
}
