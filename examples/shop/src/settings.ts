/** The limits of the demo's sessions: short, so that visitors see them at work. */
import type { LoginOptions, SessionOptions } from '@sojourn/core'

const minute = 60_000

/** The manager's options. A token is replaced after five minutes; `touchInterval` limits how late that may be. */
export const limits = {
  maxAge: '30m',
  touchInterval: '10s',
  rotationInterval: 5 * minute,
  limit: { max: 3 },
} as const satisfies Partial<SessionOptions>

/** The limits of a remembered login: the cookie stays when the browser closes. */
export const remembered = {
  persistent: true,
  maxAge: '7d',
  absoluteTimeout: '30d',
} as const satisfies LoginOptions

/** The limits of other logins: the cookie ends with the browser. */
export const fleeting = { persistent: false, maxAge: limits.maxAge } as const satisfies LoginOptions

/** For how long after a login the e-mail address may be changed, in ms. */
export const recently = 2 * minute
