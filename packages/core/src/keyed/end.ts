import type { EndReason, SessionId } from '../record/record.ts'
import type { SessionStore } from '../store/store.ts'
import type { KeyedContext } from './context.ts'

/**
 * Returns the `end` and `endById` of a keyed store: one `remove` each. If the session had ended already, `end` also
 * needs a `find`, for the reason.
 */
export function createEnd({
  backend,
  rows,
  env: { clock },
}: KeyedContext): Pick<Required<SessionStore>, 'end' | 'endById'> {
  return {
    async end(opened, reason) {
      const { id } = opened.record
      const at = clock()
      const row = await backend.remove(id, { at, reason })
      if (row === null) return { last: undefined, before: await reasonOfEnd(id, at) }
      const last = row === 'row-lost' ? opened : rows.read(id, row)
      if (last === 'revoked') return { last: undefined, before: last }
      return { last: typeof last === 'string' ? opened : last }
    },
    endById: async (id, reason) => (await backend.remove(id, { at: clock(), reason })) !== null,
  }

  async function reasonOfEnd(id: SessionId, at: number): Promise<EndReason | undefined> {
    const found = await backend.find(id, at)
    return found && 'ended' in found ? found.ended : undefined
  }
}
