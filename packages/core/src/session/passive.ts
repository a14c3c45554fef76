import { check } from '../util/check.ts'
import { quote } from '../util/quote.ts'
import { becomePassive, type Session } from './session.ts'

// A passive request reads the session and does not prolong it: a page that polls would otherwise keep its user logged in
// for ever, also after they have left. Its commit neither touches the session nor offers or confirms a token. All else is
// as ever: guards, replays, and what the request itself changes.

/**
 * Makes a request passive if `passive`, the option of a binding, returns true for it: the request does not prolong its
 * session. Called with the session once it is loaded, also if another mount has loaded it: passive is what one of the mounts
 * calls passive. Without the option it does nothing.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the function returns anything but true or false, such as a promise. What
 * it throws is passed on.
 * @example
 * ```ts
 * import { markPassive } from '@sojourn/core/binding'
 *
 * const session = await manager.load(carrier)
 * markPassive(session, context, (context: Context) => context.path === '/session')
 * ```
 */
export function markPassive<Request>(
  session: Session<object> | undefined,
  request: Request,
  passive: ((request: Request) => boolean) | undefined,
): void {
  if (!passive) return
  const isPassive: unknown = passive(request)
  if (typeof isPassive !== 'boolean')
    check(
      false, // not the condition itself: the texts would be made for each request
      `passive() returned ${isPassive instanceof Promise ? 'a promise' : quote(isPassive)}`,
      'Return true for requests that do not count as use, and false for others, without a promise',
    )
  if (isPassive) session?.[becomePassive]()
}

/**
 * Checks the option `passive` of a binding.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function checkPassive(passive: unknown): void {
  check(
    passive === undefined || typeof passive === 'function',
    `passive is ${quote(passive)}`,
    'Give a function that returns whether a request does not count as use: passive: (request) => …',
  )
}
