/** Device bindings: browsers that can bind a session to a key do so, and all others go on as before. */
import type { SessionOptions } from '@sojourn/core'
import { deviceBound } from '@sojourn/device-bound'

/** Returns the option `deviceBound` where the demo is served over HTTPS, without which browsers bind nothing. */
export function deviceBinding(): Pick<SessionOptions, 'deviceBound'> {
  return process.env['NODE_ENV'] === 'production' ? { deviceBound: deviceBound() } : {}
}
