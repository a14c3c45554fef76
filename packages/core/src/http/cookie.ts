import { SessionUsageError } from '../errors.ts'

/** Where and how the cookie lives; the words are SessionX's and RFC 6265bis's. */
export interface CookieOptions {
  /** @default '__Host-sid' */
  readonly cookieName?: string
  /** @default '/' */
  readonly path?: string
  /** Absent: this host only. With a `__Host-` name it must be absent. */
  readonly domain?: string
  /** @default true */
  readonly secure?: boolean
  /** @default true */
  readonly httpOnly?: boolean
  /** @default 'lax' */
  readonly sameSite?: 'strict' | 'lax' | 'none'
  /** Keyed by the top-level site (CHIPS); needs `secure`. @default false */
  readonly partitioned?: boolean
}

/** Cookie options with nothing left to default; no `domain` means this host only. */
export type CompleteCookieOptions = Required<Omit<CookieOptions, 'domain'>> & {
  readonly domain: string | undefined
}

/** The two lines that a cookie can be sent as. */
export interface CookieWriter {
  /** `maxAge` in ms; without it the cookie ends with the browser. */
  set(cookie: { readonly name: string; readonly value: string }, maxAge: number | undefined): string
  /** Ends the cookie of a name: same path, domain and flags, or browsers keep it. */
  clear(name: string): string
}

/** A Set-Cookie line, taken apart. */
export interface SetCookie {
  readonly name: string
  readonly value: string
  /** By their names as written; '' for one that has no value. */
  readonly attributes: ReadonlyMap<string, string>
}

/**
 * The bounds within which a Cookie header is read: B-11 of docs/explanation/attack-cases.md. `candidates` are the
 * different tokens tried, `chunks` is how many cookies may carry one token.
 */
export const cookieBounds = { bytes: 16_384, pairs: 180, candidates: 4, chunks: 3 }

const nameShape = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/
const attributeShape = /^[\x21-\x2b\x2d-\x3a\x3c-\x7e]{1,1024}$/ // visible ASCII without comma and semicolon
const longestAge = 400 * 86_400 // seconds; browsers cut off there (RFC 6265bis, 5.5)

/**
 * All values that a Cookie header gives for a name, in its order, each once; `'excessive'` beyond the bounds.
 * Names are compared as they stand: no decoding, no folding, nothing trimmed but blanks and tabs.
 */
export function parseCookie(header: string, name: string): readonly string[] | 'excessive' {
  if (header.length > cookieBounds.bytes) return 'excessive'
  const values: string[] = []
  let pairs = 0
  for (let start = 0; start < header.length; ) {
    const semicolon = header.indexOf(';', start)
    const end = semicolon < 0 ? header.length : semicolon
    const equals = header.indexOf('=', start)
    if (equals >= 0 && equals < end && trimmed(header, start, equals) === name) {
      const value = trimmed(header, equals + 1, end)
      if (!values.includes(value)) values.push(value)
    }
    if (++pairs > cookieBounds.pairs || values.length > cookieBounds.candidates) return 'excessive'
    start = end + 1
  }
  return values
}

/**
 * Prepares the Set-Cookie lines of the cookies of a session.
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
    set({ name, value }, maxAge) {
      const line = `${name}=${value}; ${attributes}`
      return maxAge === undefined ? line : `${line}; Max-Age=${toSeconds(maxAge)}`
    },
    clear: (name) => `${name}=; ${attributes}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT`,
  }
}

/** Takes a Set-Cookie line of a writer apart, for what takes cookies in another shape. */
export function parseSetCookie(line: string): SetCookie {
  const [pair = '', ...attributes] = line.split('; ')
  const [name, value] = nameAndValue(pair)
  return { name, value, attributes: new Map(attributes.map(nameAndValue)) }
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

function check(holds: boolean, option: string, message: string): void {
  if (!holds) throw new SessionUsageError('ERR_CONFIG_INVALID', `${option} ${message}.`)
}

function trimmed(text: string, from: number, to: number): string {
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

function toSeconds(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms / 1000), 1), longestAge)
}
