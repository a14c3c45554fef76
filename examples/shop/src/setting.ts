import type { Clock, SessionManager } from '@sojourn/core'

/** The parameters of an application. */
export interface Setting {
  readonly manager: SessionManager
  /** The clock of the pages; tests pass the manager's. @default the machine's */
  readonly clock?: Clock
}
