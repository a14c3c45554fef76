import type { Carrier } from './carrier.ts'
import { type CookieWriter, parseCookie } from './cookie.ts'
import {
  type CookieChunks,
  checkToken,
  chunkNames,
  offerCookieName,
  parseTokens,
  splitToken,
} from './cookie-chunks.ts'
import type { TokenTransport } from './transport.ts'

/**
 * The token in a cookie, or in up to `chunks.maxCookies` of them if it is too long for one; and an offered token in a
 * cookie of its own, the *offer cookie* `sid.next`.
 *
 * Only a response that creates, elevates or ends a session writes the session cookie. The rotation by age writes the offer
 * cookie, which counts only beside a session cookie of the same session. So a response that offers a token and arrives
 * after that of a login cannot log the browser out (P12), and offers can be repeated at will (P13).
 */
export function cookieTransport(writer: CookieWriter, chunks: CookieChunks): TokenTransport {
  const furtherNames = `${chunks.cookieName}.`
  const offerName = offerCookieName(chunks.cookieName)
  const appended = new WeakMap<Carrier, readonly string[]>()

  return {
    header: 'Cookie',
    caching: 'private, no-cache',
    read(carrier) {
      const header = carrier.header('cookie')
      const tokens = header === undefined ? [] : parseTokens(header, chunks)
      if (tokens === 'excessive') return tokens
      if (header === undefined || tokens.length === 0) return undefined
      const offers = header.includes(offerName) ? parseCookie(header, offerName) : []
      return offers === 'excessive' ? offers : { tokens, offers }
    },
    send(carrier, { token, isOffer, maxAge }) {
      if (isOffer) {
        checkToken(token)
        append(carrier, [writer.set({ name: offerName, value: token }, maxAge)])
        return
      }
      const cookies = splitToken(token, chunks)
      const stale = presentedOf(carrier, [...chunkNames(chunks, cookies.length), offerName])
      append(carrier, [
        ...cookies.map((cookie) => writer.set(cookie, maxAge)),
        ...stale.map(writer.clear),
      ])
    },
    // All chunks, also those that this request did not present: another request may have added one meanwhile.
    clear: (carrier) =>
      append(
        carrier,
        [...chunkNames(chunks), ...presentedOf(carrier, [offerName])].map(writer.clear),
      ),
  }

  /** Returns the names of those cookies, besides the first, that the browser has. Most have none of them. */
  function presentedOf(carrier: Carrier, names: readonly string[]): readonly string[] {
    const header = carrier.header('cookie') ?? ''
    if (!header.includes(furtherNames)) return []
    return names.filter((name) => parseCookie(header, name).length > 0)
  }

  /** Appends Set-Cookie lines in place of those of an earlier commit of the response: one line per cookie. */
  function append(carrier: Carrier, lines: readonly string[]): void {
    for (const line of appended.get(carrier) ?? []) carrier.withdraw?.('Set-Cookie', line)
    for (const line of lines) carrier.append('Set-Cookie', line)
    if (carrier.withdraw) appended.set(carrier, lines)
  }
}
