import type { ClientInfo } from '../record/record.ts'
import type { ActingLimits } from '../store/store.ts'
import { check } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import { quote } from '../util/quote.ts'
import { copyOfClient } from './login-options.ts'
import type { ActingOptions } from './options.ts'
import { checkMaxAge } from './resolve-durations.ts'

/** The options of `session.actAs`. */
export interface ActAsOptions {
  /** What lists of devices show, as for `login`. @default {} */
  readonly client?: ClientInfo
  /** Absolute limit of this one, if it is to be shorter than the manager's. @default the manager's */
  readonly absoluteTimeout?: Duration
}

/**
 * Returns the option `acting` in ms; `undefined` if nobody may act as another user. `maxAge` is the manager's, in ms.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function resolveActing(
  acting: boolean | ActingOptions | undefined,
  maxAge: number,
): ActingLimits | undefined {
  if (acting === undefined || acting === false) return undefined
  const options = acting === true ? {} : acting
  check(
    typeof options === 'object' && options !== null,
    `acting is ${quote(acting)}`,
    "Give true, or limits such as { absoluteTimeout: '30m' }",
  )
  checkOptions(options, { maxAge: true, absoluteTimeout: true }, 'acting')
  const absoluteTimeout = milliseconds(options.absoluteTimeout ?? '1h', 'acting.absoluteTimeout')
  const idle = checkMaxAge(options.maxAge ?? Math.min(maxAge, absoluteTimeout), absoluteTimeout)
  return { maxAge: idle, absoluteTimeout }
}

/**
 * Returns the limits and the device of an acting session. `longest` is how long it may take at most, in ms.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for a wrong or unknown option.
 */
export function actingDraft(
  limits: ActingLimits,
  options: ActAsOptions,
  longest: number,
): ActingLimits & { readonly persistent: false; readonly client?: ClientInfo } {
  checkOptions(options, { client: true, absoluteTimeout: true }, 'actAs()')
  const { client, absoluteTimeout: given = limits.absoluteTimeout } = options
  const own = milliseconds(given, 'absoluteTimeout')
  const absoluteTimeout = Math.min(own, limits.absoluteTimeout, longest)
  return {
    maxAge: Math.min(limits.maxAge, own), // no shorter with each ms: parallel requests join (join-login.ts)
    absoluteTimeout,
    persistent: false,
    ...(client === undefined ? {} : { client: copyOfClient(client) }),
  }
}
