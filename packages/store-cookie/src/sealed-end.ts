import type { SessionStore } from '@sojourn/core/store'
import type { SealedContext } from './sealed-context.ts'

/**
 * The `end` and, with revocations, the `endById` of a cookie store. Without them the browser is all that forgets: a copy
 * of the token opens until it expires.
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
    /** How long the tokens of the session open is not known here: as long as any can. */
    endById: async (id, reason) =>
      (await revocations.end(id, reason, Number.MAX_SAFE_INTEGER)) === undefined,
  }
}
