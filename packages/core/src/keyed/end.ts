import type { EndReason, SessionId } from '../record/record.ts'
import type { SessionStore } from '../store/store.ts'
import type { KeyedContext } from './context.ts'

/** Returns the `end` of a keyed store: one `remove`, and a `find` where another request had ended the session before. */
export function createEnd({ backend, rows, env: { clock } }: KeyedContext): SessionStore['end'] {
  return async (opened, reason) => {
    const { id } = opened.record
    const at = clock()
    const row = await backend.remove(id, { at, reason })
    if (row === null) return { last: undefined, before: await endedBefore(id, at) }
    const last = row === 'unseen' ? opened : rows.read(id, row)
    return { last: last === 'corrupt' ? opened : last }
  }

  async function endedBefore(id: SessionId, at: number): Promise<EndReason | undefined> {
    const found = await backend.find(id, at)
    return found && 'ended' in found ? found.ended : undefined
  }
}
