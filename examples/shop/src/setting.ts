import type { Clock, SessionManager } from '@sojourn/core'

/** What an application is made of. */
export interface Setting {
  readonly manager: SessionManager
  /** What the pages tell the time by: the manager's. @default the machine's */
  readonly clock?: Clock
}
