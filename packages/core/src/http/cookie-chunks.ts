import { SessionStoreError, SessionUsageError } from '../errors.ts'
import { cookieBounds, parseCookie } from './cookie.ts'

/** A cookie as it travels. */
export interface CookiePair {
  readonly name: string
  readonly value: string
}

/** The cookies of one name that a token may be carried in, side by side: `sid`, `sid.1`, `sid.2`. */
export interface CookieChunks {
  readonly cookieName: string
  /** 1 where a store's tokens always fit into one. */
  readonly maxCookies: number
}

/** Name and value together; browsers drop a longer cookie silently (RFC 6265bis, 5.7). */
const cookieBytes = 4096
/** What a chunk spends on its place: `3~` before the first value, `.1` behind the other names. */
const placeBytes = 2
const headShape = /^([2-9])~/
const tokenShape = /^[A-Za-z0-9._+/=-]+$/ // RFC 6750's b64token without `~`, which marks a first chunk

/**
 * How many bytes of token fit into a number of cookies of a name.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but a whole number from 1 to 3.
 */
export function cookieCapacity(cookieName: string, cookies = 1): number {
  const room = cookieBytes - Buffer.byteLength(cookieName)
  return checkMaxCookies(cookies) === 1 ? room : cookies * (room - placeBytes)
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for more cookies than one Cookie header is read of. */
export function checkMaxCookies(maxCookies: number): number {
  if (Number.isInteger(maxCookies) && maxCookies >= 1 && maxCookies <= cookieBounds.chunks)
    return maxCookies
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `maxCookies is ${maxCookies}. Give a whole number from 1 to ${cookieBounds.chunks}: more would not fit into a Cookie header.`,
  )
}

/** The names of a row, from one place on. */
export function chunkNames({ cookieName, maxCookies }: CookieChunks, from = 0): readonly string[] {
  const names = [cookieName]
  for (let place = 1; place < maxCookies; place++) names.push(`${cookieName}.${place}`)
  return names.slice(from)
}

/**
 * The cookies that carry a token: one, or as few chunks as hold it, all full but the last.
 * @throws SessionUsageError `ERR_SESSION_TOO_LARGE`; nothing is cut off.
 * @throws SessionStoreError `ERR_STORE_CONTRACT` for a token that no cookie can carry as it stands.
 */
export function splitToken(token: string, chunks: CookieChunks): readonly CookiePair[] {
  checkToken(token)
  const { cookieName, maxCookies } = chunks
  if (token.length <= cookieCapacity(cookieName)) return [{ name: cookieName, value: token }]
  if (token.length > cookieCapacity(cookieName, maxCookies)) throw tooLarge(token, chunks)
  const size = chunkSize(cookieName)
  const count = Math.ceil(token.length / size)
  return chunkNames(chunks)
    .slice(0, count)
    .map((name, place) => {
      const chunk = token.slice(place * size, (place + 1) * size)
      return { name, value: place === 0 ? `${count}~${chunk}` : chunk }
    })
}

/**
 * The tokens that a Cookie header presents; `'excessive'` beyond the bounds. Where several values of one chunk come, as
 * of a tossed cookie, each way to join them is a token, and the store's own authentication says which one is whole.
 * Chunks that no `splitToken` makes are left unjoined, and so is what misses one: those verify nowhere.
 */
export function parseTokens(header: string, chunks: CookieChunks): readonly string[] | 'excessive' {
  const heads = parseCookie(header, chunks.cookieName)
  if (chunks.maxCookies === 1 || heads === 'excessive') return heads
  const tokens = new Set<string>()
  for (const head of heads) {
    const joined = joinFrom(head, header, chunks)
    if (joined === 'excessive') return 'excessive'
    for (const token of joined) tokens.add(token)
  }
  return tokens.size > cookieBounds.candidates ? 'excessive' : [...tokens]
}

/** All tokens that begin with a value of the first cookie. */
function joinFrom(
  head: string,
  header: string,
  chunks: CookieChunks,
): readonly string[] | 'excessive' {
  const count = Number(headShape.exec(head)?.[1] ?? 1)
  if (count === 1 || count > chunks.maxCookies) return [head]
  let chains: readonly (readonly string[])[] = [[head.slice(placeBytes)]]
  for (const name of chunkNames(chunks, 1).slice(0, count - 1)) {
    const values = parseCookie(header, name)
    if (values === 'excessive' || chains.length * values.length > cookieBounds.candidates)
      return 'excessive'
    chains = chains.flatMap((chain) => values.map((value) => [...chain, value]))
  }
  const whole = chains.filter((chain) => isSplit(chain, chunks.cookieName))
  return whole.length > 0 ? whole.map((chain) => chain.join('')) : [head]
}

/** One spelling per token: all chunks are full but the last, and together they are too long for one cookie. */
function isSplit(chain: readonly string[], cookieName: string): boolean {
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
  return cookieCapacity(cookieName) - placeBytes
}

/** @throws SessionStoreError `ERR_STORE_CONTRACT` for a token that cannot be carried as it stands. */
export function checkToken(token: string): void {
  if (tokenShape.test(token)) return
  throw new SessionStoreError(
    'ERR_STORE_CONTRACT',
    'The store handed out a token that no cookie or header can carry. Its tokens must consist of letters, digits and . _ + / = - only.',
  )
}

function tooLarge(token: string, { cookieName, maxCookies }: CookieChunks): SessionUsageError {
  return new SessionUsageError(
    'ERR_SESSION_TOO_LARGE',
    `The token of the session has ${token.length} bytes; cookies named ${cookieName}, at most ${maxCookies} of them, carry ${cookieCapacity(cookieName, maxCookies)}. The client keeps the old one. ` +
      'Keep less in session.data, or use a store that keeps it on the server.',
  )
}
