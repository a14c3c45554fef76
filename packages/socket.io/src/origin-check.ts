import { type CsrfGuard, createGuards, type RequestCarrier } from '@sojourn/core/binding'

const guards = createGuards<unknown, undefined, CsrfGuard>({
  access: () => undefined,
  csrf: (guard) => guard,
})

/**
 * Returns a function that refuses the handshakes of other sites: browsers let any page open a socket, with the cookies of
 * the user.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for what is no origin.
 */
export function createOriginCheck(
  trustedOrigins: readonly string[] = [],
): (request: RequestCarrier) => void {
  const guard = guards.csrf({ trustedOrigins })
  return ({ header }) =>
    guard.check({
      method: 'POST', // a handshake by polling is a GET, and opens a socket all the same
      header,
      get: () => undefined,
      set: () => undefined, // there is no response to add Vary to
    })
}
