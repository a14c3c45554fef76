/**
 * Returns true if the header X-Forwarded-Proto of a proxy says that the client's own connection was HTTPS. Of a list it is the
 * first: each further proxy appends how it was reached itself. Schemes are compared without their case (RFC 3986, section 3.1).
 *
 * For bindings whose framework reads no such header, behind a proxy that the application trusts: clients can send it too.
 */
export function isForwardedHttps(forwardedProto: string | null | undefined): boolean {
  return /^\s*https\s*(,|$)/i.test(forwardedProto ?? '')
}
