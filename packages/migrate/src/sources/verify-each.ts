import type { SessionSource, VerifiedCookie } from './source.ts'

/**
 * Returns the `verify` of a source whose sessions are in one cookie, and whose cryptography is a promise: all values that a request
 * has of it are verified at once.
 */
export function verifyEach(
  cookieName: string,
  verify: (value: string, at: number) => Promise<VerifiedCookie | undefined>,
): SessionSource['verify'] {
  return async (cookies, at) => {
    const values = cookies.get(cookieName) ?? []
    const verified = await Promise.all(values.map((value) => verify(value, at)))
    return verified.filter((cookie) => cookie !== undefined)
  }
}
