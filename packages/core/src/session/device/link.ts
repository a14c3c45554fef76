import type { RequestCarrier } from '../../http/carrier.ts'
import type { DeviceBoundConfig } from '../../options/device-bound.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import { RecentMap } from '../../util/recent-map.ts'
import { hasCookie } from '../load/device-binding.ts'

// A browser holds a request back until it has refreshed the bound cookie, but not if another origin has started it: how long that
// takes would tell the other site who is logged in. So a user who follows a link, in a mail, a search result or on a sibling
// domain, comes with the session cookie and without the bound cookie. The response to such a request is an empty page that loads
// the same address again. That request is of the same origin, so the browser refreshes first.
//
// A refresh that another site may start (`allowed_refresh_initiators`) would not help: it carries no cookie with `SameSite=Lax`.
// @see https://github.com/w3c/webappsec-dbsc/issues/263
//
// A page whose refresh was made, and whose response was lost, is sent again too: the browser says that it has skipped the refresh,
// which is not tolerated so soon after a proof, and it makes another one with the next request.

/** Who has started a request that the browser did not hold back: another site, or another origin of this one (measured, Chromium 156). */
const otherOrigins: readonly (string | undefined)[] = ['cross-site', 'same-site']
const pages: readonly (string | undefined)[] = ['document', 'iframe', 'frame'] // no image, no fetch

/**
 * Returns true for a page without a bound cookie that the browser has not held back until it had one: another origin has it opened,
 * or the refresh has failed. The second request is of the same origin, and tries again, so it is sent again once; but see
 * `ResentLinks`.
 */
export function isUnheldPage(
  { cookies, protocol }: DeviceBoundConfig,
  method: string,
  request: RequestCarrier,
): boolean {
  return (
    method === 'GET' &&
    pages.includes(request.header('sec-fetch-dest')) &&
    request.header('cookie') !== undefined &&
    (otherOrigins.includes(request.header('sec-fetch-site')) || protocol.skips(request)) &&
    !cookies.isPresent(request)
  )
}

/**
 * Returns true if a session does not open without a bound cookie, and its browser has not skipped the refresh; nor if it says so
 * although it has proved its key a short time before `at`, epoch ms.
 */
export function needsProof(
  { record: { deviceBinding } }: OpenedSession,
  deviceBound: DeviceBoundConfig,
  { request, at }: { readonly request: RequestCarrier; readonly at: number },
): boolean {
  if (!deviceBinding?.isConfirmed) return false
  return (
    hasCookie(deviceBinding, deviceBound, at) ||
    !deviceBound.protocol.skips(request, deviceBinding.id)
  )
}

/** How often pages of one session are sent again within `windowMs`: what somebody opens at once, before the first is refreshed. */
const mostResent = 10
const windowMs = 20_000
/** Of how many sessions it is remembered at least. */
const maxSessions = 1_000

/**
 * Counts the pages that are sent again, per session. In a tab that a sandboxed frame has opened, as some mail programs and any other
 * site can, no page has an origin: the second request counts as of another site too, and the browser would send it again for ever.
 */
export class ResentLinks {
  readonly #recent = new RecentMap<string, { readonly since: number; readonly count: number }>(
    maxSessions,
  )

  /** Returns true, and counts it, if one more page of a session may be sent again at `at`, epoch ms. */
  take({ record: { id } }: OpenedSession, at: number): boolean {
    const last = this.#recent.get(id)
    const isRecent = last !== undefined && Math.abs(at - last.since) < windowMs
    const { since, count } = isRecent ? last : { since: at, count: 0 }
    if (count >= mostResent) return false
    this.#recent.set(id, { since, count: count + 1 })
    return true
  }
}
