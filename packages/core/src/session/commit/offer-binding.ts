import type { Carrier } from '../../http/carrier.ts'
import type { ManagerContext, SessionState } from '../state.ts'

/**
 * Asks the browser to bind a user's session whose cookie the response sends, unless it is bound already: with each login, and
 * with each step of the rotation by age, so that sessions from before the option are bound too. A browser that does not take part
 * ignores the header. Deletes the bound cookie of an earlier binding: it is void, and the browser would not refresh it.
 */
export function offerBinding(
  context: ManagerContext,
  state: SessionState,
  { carrier, isOffer }: { readonly carrier: Carrier; readonly isOffer: boolean },
): void {
  const { deviceBound, clock } = context.config
  const record = state.opened?.record
  if (!deviceBound || !record || record.actor) return
  const { id: sessionId, authority, userId, deviceBinding } = record
  if (deviceBinding?.isConfirmed) return
  if (!deviceBinding && !isOffer) clearBoundCookie(context, carrier)
  if (userId === undefined || !carrier.secure) return
  const { protocol, challenges } = deviceBound
  state.bindingOffer ??= protocol.offer(
    challenges.issue({ sessionId, authority }, clock(), deviceBinding?.challengedAt),
  )
  appendOnce(carrier, ...state.bindingOffer)
}

/** Deletes the bound cookie, if the browser has one. */
export function clearBoundCookie({ config }: ManagerContext, carrier: Carrier): void {
  const cookies = config.deviceBound?.cookies
  if (cookies?.isPresent(carrier)) appendOnce(carrier, 'Set-Cookie', cookies.clear())
}

/** Appends a line, unless an earlier commit of the same response has: a framework may have removed its headers meanwhile. */
function appendOnce(carrier: Carrier, name: string, value: string): void {
  if (!carrier.get(name.toLowerCase())?.includes(value)) carrier.append(name, value)
}
