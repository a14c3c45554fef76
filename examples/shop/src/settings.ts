/** How long the demo's sessions live: short, so that a visitor sees the limits at work. */
import type { LoginOptions, SessionOptions } from '@sojourn/core'

const minute = 60_000

/** The manager's options. A token may get five minutes old; `touchInterval` is how fast that is noticed. */
export const limits = {
  maxAge: '30m',
  touchInterval: '10s',
  rotationInterval: 5 * minute,
  limit: { max: 3 },
} as const satisfies Partial<SessionOptions>

/** A login that the device remembers: the cookie stays when the browser closes. */
export const remembered = {
  persistent: true,
  maxAge: '7d',
  absoluteTimeout: '30d',
} as const satisfies LoginOptions

/** A login that goes with the browser, and has the manager's idle limit. */
export const fleeting = { persistent: false, maxAge: limits.maxAge } as const satisfies LoginOptions

/** How long a password opens what is sensitive. */
export const recently = 2 * minute
