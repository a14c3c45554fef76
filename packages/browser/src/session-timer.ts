import type { SessionTimerOptions } from './options.ts'
import { PageTimer } from './page-timer.ts'
import { joinTabs } from './tabs.ts'

/** The countdown of a page. */
export interface SessionTimer {
  /** How long the session lasts as far as this page knows, in ms. */
  readonly remainingMs: number
  /**
   * Prolongs the session, and tells the other tabs. Returns the ms that it lasts from now on: 0 if it is over; no more than
   * `warnMs` if it cannot be prolonged because its absolute limit is near. Then say that the user must log in again.
   * @throws if the server cannot be reached, refuses, or takes longer than ten seconds. The countdown goes on.
   */
  stay(): Promise<number>
  /** Tells the other tabs that the user has logged out, and stops. `onEnd` is not called here. */
  end(): void
  /** Stops. Call it if the page lives on without the timer. */
  close(): void
}

/**
 * Counts down to the end of the session in a page, warns before it, and hears from other tabs that the user has stayed or
 * logged out. It has no user interface: the callbacks show what your page shows. Timers of background tabs are slow, so it
 * looks at the clock again whenever the page is shown.
 * @throws RangeError if `warnMs` is under 20 seconds. TypeError without `remainingMs` and `check`, or for a wrong `remainingMs`.
 * @example
 * ```js
 * import { createSessionTimer } from '@sojourn/browser'
 *
 * const timer = createSessionTimer({
 *   check: '/session',
 *   stay: '/session',
 *   onWarning: () => dialog.showModal(),
 *   onStay: () => dialog.close(),
 *   onEnd: () => location.assign('/login'),
 * })
 * stayButton.addEventListener('click', () => timer.stay())
 * ```
 * @see https://www.w3.org/WAI/WCAG22/Understanding/timing-adjustable
 */
export function createSessionTimer(options: SessionTimerOptions): SessionTimer {
  const { remainingMs, check, warnMs = 120_000 } = options
  if (!(warnMs >= 20_000)) throw new RangeError('warnMs is under 20 seconds: see WCAG 2.2.1.')
  if (remainingMs === undefined && !check) throw new TypeError('Give remainingMs, or check.')
  const timer = new PageTimer(options, warnMs)
  timer.start(remainingMs)
  return {
    get remainingMs() {
      return timer.left()
    },
    stay: () => timer.stay(),
    end: () => timer.end(),
    close: () => timer.close(),
  }
}

/**
 * Tells the other tabs that the user has logged out, from a page without a timer, such as the one that a logout leads to.
 * `channel` is that of their `createSessionTimer`.
 * @example
 * ```js
 * import { announceEnd } from '@sojourn/browser'
 *
 * announceEnd()
 * ```
 */
export function announceEnd(channel = 'sojourn'): void {
  const tabs = joinTabs(channel, () => undefined)
  tabs.tell({ end: 'ended' })
  tabs.leave()
}
