import { SessionStoreError, SessionUsageError } from '../errors.ts'
import { cookieBounds, parseCookie } from './cookie.ts'

/** The name and value of a cookie (`cookie-pair` of RFC 6265, 4.1.1). */
export interface CookiePair {
  readonly name: string
  readonly value: string
}

/** The cookies that one token may be split into: `sid`, `sid.1`, `sid.2`. */
export interface CookieChunks {
  readonly cookieName: string
  /** From 1 to 3; 1 if the tokens of the store always fit into one cookie. */
  readonly maxCookies: number
}

/** The most bytes of name and value together; browsers drop a longer cookie silently (RFC 6265bis, 5.7). */
const cookieBytes = 4096
/** How many bytes a chunk's number takes: the count before the first value (`3~`), or the index after a name (`.1`). */
const numberingBytes = 2
const firstChunkShape = /^([2-9])~/
const tokenShape = /^[A-Za-z0-9._+/=-]+$/ // `b64token` of RFC 6750 without `~`, which marks a first chunk

/**
 * Returns the length in bytes of the longest token that fits into `cookies` cookies of this name. For stores whose
 * token holds the session.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but a whole number from 1 to 3.
 */
export function cookieCapacity(cookieName: string, cookies = 1): number {
  const room = cookieBytes - Buffer.byteLength(cookieName)
  return checkMaxCookies(cookies) === 1 ? room : cookies * (room - numberingBytes)
}

/**
 * Returns `maxCookies` if it is valid.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but a whole number from 1 to 3 (`cookieBounds.chunks`).
 */
export function checkMaxCookies(maxCookies: number): number {
  if (Number.isInteger(maxCookies) && maxCookies >= 1 && maxCookies <= cookieBounds.chunks)
    return maxCookies
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `maxCookies is ${maxCookies}. Give a whole number from 1 to ${cookieBounds.chunks}: more would not fit into a Cookie header.`,
  )
}

/** Returns the names of the chunks, starting at index `from`; for 0, `['sid', 'sid.1', 'sid.2']`. */
export function chunkNames({ cookieName, maxCookies }: CookieChunks, from = 0): readonly string[] {
  const names = [cookieName]
  for (let index = 1; index < maxCookies; index++) names.push(`${cookieName}.${index}`)
  return names.slice(from)
}

/** Returns the name of the cookie for offered tokens. */
export function offerCookieName(cookieName: string): string {
  return `${cookieName}.next`
}

/**
 * Returns the cookies that carry a token: one, or as few chunks as possible, all full but the last. Only the first
 * chunk holds the count, as in `3~`.
 * @throws SessionUsageError `ERR_SESSION_TOO_LARGE`; a token is never truncated.
 * @throws SessionStoreError `ERR_STORE_CONTRACT` for a token with characters that no cookie may hold.
 */
export function splitToken(token: string, chunks: CookieChunks): readonly CookiePair[] {
  checkToken(token)
  const { cookieName, maxCookies } = chunks
  if (token.length <= cookieCapacity(cookieName)) return [{ name: cookieName, value: token }]
  if (token.length > cookieCapacity(cookieName, maxCookies)) throw tooLargeError(token, chunks)
  const size = chunkSize(cookieName)
  const count = Math.ceil(token.length / size)
  return chunkNames(chunks)
    .slice(0, count)
    .map((name, index) => {
      const chunk = token.slice(index * size, (index + 1) * size)
      return { name, value: index === 0 ? `${count}~${chunk}` : chunk }
    })
}

/**
 * Returns the tokens of a Cookie header; `'excessive'` if it exceeds `cookieBounds`. If a chunk has several values, as
 * after cookie tossing by a sibling domain, every combination is a candidate; the store authenticates tokens and
 * accepts only the genuine one. If a chunk is missing, or `splitToken` would have split the token otherwise, the chunks
 * are not joined: the value of the first cookie is returned as it is, and no store accepts it.
 */
export function parseTokens(header: string, chunks: CookieChunks): readonly string[] | 'excessive' {
  const firstValues = parseCookie(header, chunks.cookieName)
  if (chunks.maxCookies === 1 || firstValues === 'excessive') return firstValues
  if (!firstValues.some(isFirstChunk)) return firstValues
  const tokens = new Set<string>()
  for (const first of firstValues) {
    const joined = joinChunks(first, header, chunks)
    if (joined === 'excessive') return 'excessive'
    for (const token of joined) tokens.add(token)
  }
  return tokens.size > cookieBounds.candidates ? 'excessive' : [...tokens]
}

function isFirstChunk(value: string): boolean {
  return firstChunkShape.test(value)
}

/** Returns the tokens whose first chunk is `first`, a value of the first cookie. */
function joinChunks(
  first: string,
  header: string,
  chunks: CookieChunks,
): readonly string[] | 'excessive' {
  const count = Number(firstChunkShape.exec(first)?.[1] ?? 1)
  if (count === 1 || count > chunks.maxCookies) return [first]
  let chains: readonly (readonly string[])[] = [[first.slice(numberingBytes)]]
  for (const name of chunkNames(chunks, 1).slice(0, count - 1)) {
    const values = parseCookie(header, name)
    if (values === 'excessive' || chains.length * values.length > cookieBounds.candidates)
      return 'excessive'
    chains = chains.flatMap((chain) => values.map((value) => [...chain, value]))
  }
  const canonical = chains.filter((chain) => isCanonical(chain, chunks.cookieName))
  return canonical.length > 0 ? canonical.map((chain) => chain.join('')) : [first]
}

/**
 * Returns true for chunks as `splitToken` makes them: all full but the last, and together too long for one cookie. So
 * only one split of a token is accepted.
 */
function isCanonical(chain: readonly string[], cookieName: string): boolean {
  const size = chunkSize(cookieName)
  const last = chain.at(-1)?.length ?? 0
  const length = (chain.length - 1) * size + last
  return (
    chain.slice(0, -1).every((chunk) => chunk.length === size) &&
    last > 0 &&
    last <= size &&
    length > cookieCapacity(cookieName)
  )
}

function chunkSize(cookieName: string): number {
  return cookieCapacity(cookieName) - numberingBytes
}

/**
 * Throws if a token has characters that a cookie or header cannot carry.
 * @throws SessionStoreError `ERR_STORE_CONTRACT` for anything but letters, digits and `. _ + / = -`.
 */
export function checkToken(token: string): void {
  if (tokenShape.test(token)) return
  throw new SessionStoreError(
    'ERR_STORE_CONTRACT',
    'The store handed out a token that no cookie or header can carry. Its tokens must consist of letters, digits and . _ + / = - only.',
  )
}

function tooLargeError(token: string, { cookieName, maxCookies }: CookieChunks): SessionUsageError {
  return new SessionUsageError(
    'ERR_SESSION_TOO_LARGE',
    `The token of the session has ${token.length} bytes; cookies named ${cookieName}, at most ${maxCookies} of them, carry ${cookieCapacity(cookieName, maxCookies)}. The client keeps the old one. ` +
      'Keep less in session.data, or use a store that keeps it on the server.',
  )
}
