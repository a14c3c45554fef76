import type { RequestCarrier } from '../../http/carrier.ts'
import type { DeviceBoundConfig } from '../../options/device-bound.ts'
import type { OpenedSession } from '../../store/opened-session.ts'

// A browser holds a request back until it has refreshed the bound cookie, but not if another origin has started it, be it a sibling
// domain: how long that takes would tell the other one who is logged in. So a user who follows a link, in a mail or a search result, comes with the session
// cookie and without the bound cookie. The response to such a request is an empty page that loads the same address again. That
// request is of the same origin, so the browser refreshes first.
//
// A refresh that another site may start (`allowed_refresh_initiators`) would not help: it carries no cookie with `SameSite=Lax`.
// @see https://github.com/w3c/webappsec-dbsc/issues/263

/** `Sec-Fetch-Site` of what another origin has started. */
const foreign: readonly unknown[] = ['cross-site', 'same-site']

/**
 * Returns true for a page that another origin has the browser open, if it comes without a bound cookie. It is sent again at most once:
 * the second request is of the same origin.
 */
export function isUnheldLink(
  { cookies }: DeviceBoundConfig,
  method: string,
  request: RequestCarrier,
): boolean {
  return (
    method === 'GET' &&
    foreign.includes(request.header('sec-fetch-site')) &&
    request.header('sec-fetch-dest') === 'document' && // the page itself: no image, no frame, no fetch
    request.header('cookie') !== undefined &&
    !cookies.isPresent(request)
  )
}

/** Returns true if a session does not open without a bound cookie, and its browser has not skipped the refresh. */
export function needsProof(
  { record: { deviceBinding } }: OpenedSession,
  { protocol }: DeviceBoundConfig,
  request: RequestCarrier,
): boolean {
  return deviceBinding?.isConfirmed === true && !protocol.skips(request, deviceBinding.id)
}
