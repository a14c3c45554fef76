import { SessionUsageError } from '../errors.ts'

/**
 * The attributes of the cookie, named as in SessionX and RFC 6265bis. Combinations that a browser would drop throw
 * `ERR_CONFIG_INVALID`.
 */
export interface CookieOptions {
  /**
   * The name of the cookie. The prefix `__Host-` makes browsers accept it only over HTTPS, for this host and path `/`.
   * @default '__Host-sid'
   */
  readonly cookieName?: string
  /** The path below which the browser sends the cookie. @default '/' */
  readonly path?: string
  /** A domain whose subdomains get the cookie too. Not allowed with a `__Host-` name. @default this host only */
  readonly domain?: string
  /** True: the token is sent over HTTPS only, also in a header. @default true */
  readonly secure?: boolean
  /** True: scripts of the page cannot read the cookie. @default true */
  readonly httpOnly?: boolean
  /**
   * Which requests from other sites carry the cookie: `'strict'` none, `'lax'` following a link, `'none'` all (needs
   * `secure`).
   * @default 'lax'
   */
  readonly sameSite?: 'strict' | 'lax' | 'none'
  /** True: one cookie jar per top-level site, for embedded pages (CHIPS); needs `secure`. @default false */
  readonly partitioned?: boolean
}

/** The cookie options with all defaults filled in; `domain: undefined` means this host only. */
export type CompleteCookieOptions = Required<Omit<CookieOptions, 'domain'>> & {
  readonly domain: string | undefined
}

/** Makes the values of `Set-Cookie` for the cookies of a session. */
export interface CookieWriter {
  /** The attributes that all lines have, such as `Path=/; HttpOnly; Secure; SameSite=Lax`. */
  readonly attributes: string
  /** Returns the line that sets a cookie. `maxAge` in ms; without it the cookie lasts until the browser closes. */
  set(cookie: { readonly name: string; readonly value: string }, maxAge: number | undefined): string
  /** Returns the line that deletes a cookie; browsers require the path, domain and flags that it was set with. */
  clear(name: string): string
}

/** A parsed `Set-Cookie` line. */
export interface SetCookie {
  readonly name: string
  readonly value: string
  /** Attributes by their names as written; '' for one without a value, such as `HttpOnly`. */
  readonly attributes: ReadonlyMap<string, string>
}

/**
 * The bounds of a Cookie header; beyond them no token is read (B-11 of docs/explanation/attack-cases.md).
 *
 * - `bytes`: the length of the header.
 * - `pairs`: how many cookies it may hold.
 * - `candidates`: how many different tokens are tried.
 * - `chunks`: how many cookies one token may be split into.
 */
export const cookieBounds = { bytes: 16_384, pairs: 180, candidates: 4, chunks: 3 }

const nameShape = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/
const attributeShape = /^[\x21-\x2b\x2d-\x3a\x3c-\x7e]{1,1024}$/ // visible ASCII without comma and semicolon
const maxAgeLimit = 400 * 86_400 // seconds; browsers allow no more (RFC 6265bis, 5.5)

/**
 * Returns the distinct values that a Cookie header has for a name, in order; `'excessive'` above the bounds. Names are
 * compared exactly: not decoded and not case-folded; only blanks and tabs around them are removed.
 */
export function parseCookie(header: string, name: string): readonly string[] | 'excessive' {
  if (header.length > cookieBounds.bytes) return 'excessive'
  const values: string[] = []
  let pairs = 0
  for (let start = 0; start < header.length; ) {
    const semicolon = header.indexOf(';', start)
    const end = semicolon < 0 ? header.length : semicolon
    const equals = header.indexOf('=', start)
    if (equals >= 0 && equals < end && trimBlanks(header, start, equals) === name) {
      const value = trimBlanks(header, equals + 1, end)
      if (!values.includes(value)) values.push(value)
    }
    if (++pairs > cookieBounds.pairs || values.length > cookieBounds.candidates) return 'excessive'
    start = end + 1
  }
  return values
}

/**
 * Creates the writer of a session's cookies. The attributes are put together once, here.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for options that contradict each other or that a browser would drop.
 */
export function createCookieWriter(options: CompleteCookieOptions): CookieWriter {
  checkCookie(options)
  const { path, domain, secure, httpOnly, sameSite, partitioned } = options
  const attributes = [
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(httpOnly ? ['HttpOnly'] : []),
    ...(secure ? ['Secure'] : []),
    `SameSite=${{ strict: 'Strict', lax: 'Lax', none: 'None' }[sameSite]}`,
    ...(partitioned ? ['Partitioned'] : []),
  ].join('; ')
  return {
    attributes,
    set({ name, value }, maxAge) {
      const line = `${name}=${value}; ${attributes}`
      return maxAge === undefined ? line : `${line}; Max-Age=${toSeconds(maxAge)}`
    },
    clear: (name) => `${name}=; ${attributes}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT`,
  }
}

/**
 * Parses a `Set-Cookie` line as `CookieWriter` makes it, for frameworks that take name, value and attributes apart.
 * @example
 * const { name, value, attributes } = parseSetCookie('sid=abc; Path=/; HttpOnly')
 * attributes.get('Path') // '/'
 */
export function parseSetCookie(line: string): SetCookie {
  const [pair = '', ...attributes] = line.split('; ')
  const [name, value] = nameAndValue(pair)
  return { name, value, attributes: new Map(attributes.map(nameAndValue)) }
}

/** Returns the name of the bound cookie, with the option `deviceBound`. */
export function boundCookieName(cookieName: string): string {
  return `${cookieName}.bound`
}

function nameAndValue(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)]
}

function checkCookie(options: CompleteCookieOptions): void {
  const { cookieName, path, domain, secure, httpOnly, sameSite, partitioned } = options
  const lower = String(cookieName).toLowerCase()
  check(
    nameShape.test(String(cookieName)),
    'cookieName',
    'is not a cookie name: 1 to 256 letters, digits and -._ are',
  )
  check(cookieName !== '__proto__', 'cookieName', "must not be '__proto__'")
  check(
    !/\.(next|bound|[1-9])$/.test(cookieName),
    'cookieName',
    "ends as the further cookies of a session do: 'sid.next' has an offer, 'sid.bound' is the bound cookie, 'sid.1' a part; give another name",
  )
  check(
    typeof path === 'string' && path.startsWith('/') && attributeShape.test(path),
    'path',
    "must begin with '/' and hold no blank, comma or semicolon",
  )
  check(
    domain === undefined || (typeof domain === 'string' && attributeShape.test(domain)),
    'domain',
    'must be a host name like example.com',
  )
  check(
    ['strict', 'lax', 'none'].includes(sameSite),
    'sameSite',
    "must be 'strict', 'lax' or 'none'",
  )
  for (const [flag, value] of Object.entries({ secure, httpOnly, partitioned }))
    check(typeof value === 'boolean', flag, 'must be true or false')
  check(
    secure || sameSite !== 'none',
    'sameSite',
    "'none' needs secure: true; browsers drop the cookie without",
  )
  check(
    secure || !partitioned,
    'partitioned',
    'needs secure: true; browsers drop the cookie without',
  )
  check(
    secure || !/^__(secure|host|http)-/.test(lower),
    'cookieName',
    'has a prefix that needs secure: true; over plain HTTP use devConfig() or another name',
  )
  check(
    httpOnly || !/^__(host-)?http-/.test(lower),
    'cookieName',
    'has a prefix that needs httpOnly: true',
  )
  check(
    !lower.startsWith('__host-') || (domain === undefined && path === '/'),
    'cookieName',
    "begins with __Host-, which needs path '/' and no domain; for a domain use __Secure-",
  )
}

/** Throws `ERR_CONFIG_INVALID` about an option unless `holds`. */
function check(holds: boolean, option: string, message: string): void {
  if (!holds) throw new SessionUsageError('ERR_CONFIG_INVALID', `${option} ${message}.`)
}

function trimBlanks(text: string, from: number, to: number): string {
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

function toSeconds(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms / 1000), 1), maxAgeLimit)
}
