import type { SessionStore, StoreEnv, StoreImports } from '@sojourn/core/store'

/** The two stores of a migration, made for one manager. */
export interface Migration {
  readonly from: SessionStore
  readonly to: SessionStore
  readonly imports: StoreImports
  /** Ends a session by its id in both, wherever it is; says whether it was alive. */
  readonly endById: NonNullable<SessionStore['endById']>
  readonly env: StoreEnv
  readonly isMoving: boolean
}
