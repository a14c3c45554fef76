import type { Source } from './ask-server.ts'
import type { TimerEnd } from './tabs.ts'

/** Options of `createSessionTimer`. */
export interface SessionTimerOptions {
  /**
   * How long the session lasts, in ms: `session.info.remainingMs` of the server, written into the page. Only for pages that
   * are not cached.
   * @default what `check` returns
   */
  readonly remainingMs?: number
  /**
   * Where to ask the server how long the session lasts: an address that responds to GET with `{ remainingMs }`, or a function
   * that returns the ms. The server must count the request as passive, or it would keep the session alive. Asked before a
   * warning, at the end, and when the page is shown again.
   * @default the page relies on its countdown, and on what other tabs tell
   */
  readonly check?: Source
  /** Where to prolong the session: an address that responds to POST with `{ remainingMs }`, or a function that returns the ms. */
  readonly stay: Source
  /**
   * How long before the end `onWarning` is called, in ms. At least 20 seconds, which WCAG 2.2.1 gives users to react.
   * @default 120_000
   */
  readonly warnMs?: number
  /** The name by which tabs of one session find each other. A second session of the same site needs another one. @default 'sojourn' */
  readonly channel?: string
  /** Called once when the session ends soon, with the ms that are left. Offer to stay, as by a dialog. */
  readonly onWarning: (remainingMs: number) => void
  /** Called each second from the warning to the end, with the ms that are left. Do not have it read out each time. */
  readonly onTick?: (remainingMs: number) => void
  /** Called after a warning when the session lasts longer after all, by this tab or another. Close the dialog. */
  readonly onStay?: (remainingMs: number) => void
  /** Called once, when the session is over. Hide what is private and show how to log in. */
  readonly onEnd: (why: TimerEnd) => void
}
