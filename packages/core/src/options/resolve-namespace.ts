import { createHash } from 'node:crypto'
import { check } from '../util/check.ts'
import { quote } from '../util/quote.ts'

/** What tells two cookies apart in a browser (RFC 6265bis, section 5.7). */
interface CookieIdentity {
  readonly cookieName: string
  /** `undefined` for the host alone. */
  readonly domain: string | undefined
  readonly path: string
}

/** With a cookie name of 256 characters and the purpose it stays below the limit of HKDF. */
const maxTextLength = 512
const namespaceShape = /^[\x20-\x7e]{1,64}$/

/**
 * Returns the namespace of a manager. By default it is what tells its cookie apart in a browser: the name, and the domain
 * and the path where they are not the defaults. So managers whose cookies a browser keeps apart share nothing, and the
 * servers of one application share everything.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but 1 to 64 printable ASCII characters.
 */
export function resolveNamespace(namespace: unknown, cookie: CookieIdentity): string {
  if (namespace === undefined) return defaultNamespace(cookie)
  check(
    typeof namespace === 'string' && namespaceShape.test(namespace),
    `namespace is ${quote(namespace)}`,
    "Give 1 to 64 printable ASCII characters, such as 'shop', or leave it out",
  )
  return namespace as string // checked above
}

/**
 * No two cookies have the same text: neither a name nor a domain contains a semicolon, and the path is last. Of a long text
 * its SHA-256 stands, behind a # that no name begins with: HKDF of Node takes no more than 1,024 bytes.
 */
function defaultNamespace({ cookieName, domain, path }: CookieIdentity): string {
  const ofDomain = domain === undefined ? '' : `; Domain=${domain.replace(/^\./, '').toLowerCase()}`
  const ofPath = path === '/' ? '' : `; Path=${path}`
  const text = cookieName + ofDomain + ofPath
  if (text.length <= maxTextLength) return text
  return `#${createHash('sha256').update(text).digest('base64url')}`
}
