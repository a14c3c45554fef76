import type { RequestCarrier } from '../http/carrier.ts'
import { boundCookieName, type CookieWriter, parseCookie } from '../http/cookie.ts'
import type { Keys } from '../record/keyring.ts'
import { signatureOf, signerOf } from '../record/token.ts'
import { RecentMap } from '../util/recent-map.ts'

/**
 * The shape of the value: `expiry.signature`. The expiry is in epoch ms and base 36, the signature an HMAC-SHA256, cut to 24 bytes,
 * over the session's id, the id of its device binding and the expiry.
 *
 * No store keeps it. So parallel refreshes hand out values that are all valid until they expire, and all are void once the session
 * has another binding or none.
 */
const valueShape = /^([\da-z]{1,11})\.([\w-]{32})$/

/** How many values are remembered at least, so that a browser's next request costs a look-up in place of an HMAC. */
const maxValues = 5_000
/** The most of a head start: what clocks of servers may be apart, and a slow request may take. */
const maxHeadStartMs = 30_000

/** A session, and the device binding for which a cookie is valid. */
export interface BoundSubject {
  readonly sessionId: string
  readonly bindingId: string
}

/** A value whose signature holds. */
interface GenuineValue extends BoundSubject {
  readonly expiresAt: number
}

/** Makes and checks the bound cookies of one manager. */
export class BoundCookies {
  readonly name: string
  readonly #writer: CookieWriter
  readonly #keys: Keys
  readonly #lifetime: number
  /** The keys by which the remembered values are genuine. */
  #verifiedBy: ReturnType<Keys>
  readonly #genuine = new RecentMap<string, GenuineValue>(maxValues)

  /** @param keys Those of their own purpose: the first signs, all verify. `lifetime` is in ms. */
  constructor(
    keys: Keys,
    {
      cookieName,
      writer,
      lifetime,
    }: { readonly cookieName: string; readonly writer: CookieWriter; readonly lifetime: number },
  ) {
    this.name = boundCookieName(cookieName)
    this.#writer = writer
    this.#keys = keys
    this.#lifetime = lifetime
    this.#verifiedBy = keys()
  }

  /** The attributes of the cookie, as its `Set-Cookie` has them but for `Max-Age`. */
  get attributes(): string {
    return this.#writer.attributes
  }

  /** How much earlier a browser drops the cookie than servers do, in ms. */
  get headStart(): number {
    return Math.min(maxHeadStartMs, this.#lifetime / 5)
  }

  /** Returns the line that sets a cookie which is valid from `at`, epoch ms, for the lifetime. */
  set({ sessionId, bindingId }: BoundSubject, at: number): string {
    const expiry = (at + this.#lifetime).toString(36)
    const signature = signatureOf(signedText({ sessionId, bindingId }, expiry), this.#keys())
    const cookie = { name: this.name, value: `${expiry}.${signature}` }
    return this.#writer.set(cookie, this.#lifetime - this.headStart)
  }

  /** Returns the line that deletes the cookie. */
  clear(): string {
    return this.#writer.clear(this.name)
  }

  /** Returns true if a request has a cookie of this name, valid or not. */
  isPresent(request: RequestCarrier): boolean {
    return this.#valuesOf(request).length > 0
  }

  /** Returns `'valid'` if a request has a cookie that is valid at `at`, epoch ms; otherwise what is wrong. */
  judge(
    request: RequestCarrier,
    subject: BoundSubject,
    at: number,
  ): 'valid' | 'missing' | 'expired' | 'forged' {
    let worst: 'missing' | 'expired' | 'forged' = 'missing'
    for (const value of this.#valuesOf(request)) {
      const expiresAt = this.#expiryOf(value, subject)
      if (expiresAt !== undefined && expiresAt > at) return 'valid'
      if (worst !== 'expired') worst = expiresAt === undefined ? 'forged' : 'expired'
    }
    return worst
  }

  /** Several values may come from a sibling domain that has planted one. */
  #valuesOf(request: RequestCarrier): readonly string[] {
    const header = request.header('cookie')
    if (header === undefined || !header.includes(this.name)) return []
    const values = parseCookie(header, this.name)
    return values === 'excessive' ? [] : values
  }

  /** Returns when a value expires that is genuine for the subject, in epoch ms. */
  #expiryOf(value: string, subject: BoundSubject): number | undefined {
    const keys = this.#keys()
    if (keys !== this.#verifiedBy) {
      this.#verifiedBy = keys
      this.#genuine.clear()
    }
    const known = this.#genuine.get(value)
    if (known) return isOf(known, subject) ? known.expiresAt : undefined
    const [, expiry, signature] = valueShape.exec(value) ?? []
    if (expiry === undefined || signature === undefined) return undefined
    if (signerOf(signedText(subject, expiry), signature, keys) === undefined) return undefined
    const expiresAt = Number.parseInt(expiry, 36)
    this.#genuine.set(detach(value), { ...subject, expiresAt })
    return expiresAt
  }
}

function isOf(value: BoundSubject, { sessionId, bindingId }: BoundSubject): boolean {
  return value.sessionId === sessionId && value.bindingId === bindingId
}

function signedText({ sessionId, bindingId }: BoundSubject, expiry: string): string {
  return `${sessionId}!${bindingId}!${expiry}`
}

/** Returns a copy: a part of a header would keep the whole header in memory. */
function detach(value: string): string {
  return Buffer.from(value, 'latin1').toString('latin1')
}
