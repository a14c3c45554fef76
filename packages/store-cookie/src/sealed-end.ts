import type { SessionStore } from '@sojourn/core/store'
import type { SealedContext } from './sealed-context.ts'

/**
 * Creates the `end` and, with revocations, the `endById` of a cookie store. Without revocations only the browser
 * forgets the session: a copy of the token opens it until it expires.
 */
export function createSealedEnd({
  revocations,
}: SealedContext): Pick<SessionStore, 'end' | 'endById'> {
  if (!revocations) return { end: async (opened) => ({ last: opened }) }
  return {
    async end(opened, reason) {
      const { id, absoluteExpiresAt } = opened.record
      const before = await revocations.end(id, reason, absoluteExpiresAt)
      return before === undefined ? { last: opened } : { last: undefined, before }
    },
    /**
     * The expiry of the session's tokens is not known here, so the entry is kept for the longest lifetime of a token.
     */
    endById: async (id, reason) =>
      (await revocations.end(id, reason, Number.MAX_SAFE_INTEGER)) === undefined,
  }
}
