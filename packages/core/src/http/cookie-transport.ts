import type { Carrier } from './carrier.ts'
import { type CookieWriter, parseCookie } from './cookie.ts'
import { type CookieChunks, chunkNames, parseTokens, splitToken } from './cookie-chunks.ts'
import type { TokenTransport } from './transport.ts'

/** The token in a cookie, or in up to `chunks.maxCookies` of them if it is too long for one. */
export function cookieTransport(writer: CookieWriter, chunks: CookieChunks): TokenTransport {
  const isSingle = chunks.maxCookies === 1
  const appended = new WeakMap<Carrier, readonly string[]>()

  return {
    header: 'Cookie',
    caching: 'private, no-cache',
    read(carrier) {
      const header = carrier.header('cookie')
      const tokens = header === undefined ? [] : parseTokens(header, chunks)
      return tokens.length > 0 ? tokens : undefined
    },
    send(carrier, { token, maxAge }) {
      const cookies = splitToken(token, chunks)
      const stale = isSingle ? [] : presentedChunks(carrier, cookies.length)
      append(carrier, [
        ...cookies.map((cookie) => writer.set(cookie, maxAge)),
        ...stale.map((name) => writer.clear(name)),
      ])
    },
    // All chunks, also those that this request did not present: another request may have added one meanwhile.
    clear: (carrier) => append(carrier, chunkNames(chunks).map(writer.clear)),
  }

  /** Returns the chunks from an index on that the browser still has, left over from a longer token. */
  function presentedChunks(carrier: Carrier, from: number): readonly string[] {
    const header = carrier.header('cookie') ?? ''
    return chunkNames(chunks, from).filter((name) => parseCookie(header, name).length > 0)
  }

  /** Appends Set-Cookie lines in place of those of an earlier commit of the response: one line per cookie. */
  function append(carrier: Carrier, lines: readonly string[]): void {
    for (const line of appended.get(carrier) ?? []) carrier.withdraw?.('Set-Cookie', line)
    for (const line of lines) carrier.append('Set-Cookie', line)
    appended.set(carrier, lines)
  }
}
