import type { SessionStore, StoreEnv, StoreImports } from '@sojourn/core/store'

/** The two stores of a migration, made for one manager, and what its operations share. */
export interface Migration {
  /** The store that sessions leave. */
  readonly from: SessionStore
  /** The store that takes them over. */
  readonly to: SessionStore
  /** The imports of `to`. */
  readonly imports: StoreImports
  /** Ends a session by its id in both stores. Returns whether it was live in one of them. */
  readonly endById: NonNullable<SessionStore['endById']>
  readonly env: StoreEnv
  /** The option `move`. */
  readonly isMoving: boolean
}
