/** How time passes: as on the wall, or by a server's clock that is put forward. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@sojourn/core'
import type { BrowserContext } from 'playwright-core'

export interface Pace {
  /** How long a bound cookie is valid, in ms. */
  readonly lifetime: number
  readonly clock: Clock
  /** Returns when a bound cookie has run out that was sent just now, and the user's browser has dropped it. */
  pass(user: BrowserContext): Promise<void>
}

const minute = 60_000

/** The time on the wall, with the shortest lifetime that there is. */
export function realTime(): Pace {
  const lifetime = minute
  return { lifetime, clock: Date.now, pass: () => sleep(lifetime) }
}

/**
 * The default lifetime, in no time: the clock of the server is put forward. That of the browser stays, so the cookie is taken
 * from it, as it would do by itself. The thief keeps theirs.
 */
export function fastForward(): Pace {
  const lifetime = 8 * minute
  let ahead = 0
  return {
    lifetime,
    clock: () => Date.now() + ahead,
    async pass(user) {
      ahead += lifetime
      await user.clearCookies({ name: /\.bound$/ })
    },
  }
}
