import type { EndReason, SessionId } from '@sojourn/core'
import type { BackendCall, IdentifiedRow } from '@sojourn/core/store'
import { groupOf } from '@sojourn/core/store'
import type { RedisArg } from './driver.ts'
import { handleOf, type Layout } from './layout.ts'
import { readEnded, readListed } from './replies.ts'
import type { RunScript } from './run-script.ts'
import { list, removeGroup, type Script } from './scripts.ts'
import { encodeTombstone } from './stored.ts'

/** How many sessions one step reads or ends: about a millisecond of Redis. */
const step = 250

/**
 * What is asked of a whole group, in steps, so that a user with thousands of sessions holds Redis for none of the others. A
 * session that is there from the first step to the last is met: it leaves the index only by its end. One that comes
 * meanwhile may be met or not.
 */
export function createGroups({ layout, runScript }: { layout: Layout; runScript: RunScript }) {
  /** Nothing is sent behind the deadline. */
  function run(script: Script, { group, call, args }: Step): Promise<unknown> {
    call.signal.throwIfAborted()
    const keys = [layout.indexOf(group)] as const
    return runScript(script, { keys, args: [String(call.at), ...args], call })
  }

  return {
    /** The live rows; the first step tells of all handles, so that the others need not ask where it stopped. */
    async list(group: string, call: BackendCall): Promise<readonly IdentifiedRow[]> {
      const next = async (handles: readonly string[]) => {
        const reply = await run(list, { group, call, args: [String(step), ...handles] })
        return readListed(reply, (handle) => layout.idIn(group, handle))
      }
      const { rows, rest } = await next([])
      const all = [...rows]
      for (let from = 0; from < rest.length; from += step)
        all.push(...(await next(rest.slice(from, from + step))).rows)
      return all
    },

    /** Ends all but one, and answers how many. */
    async remove(group: string, call: BackendCall & Ending): Promise<number> {
      const { at, reason, except } = call
      const kept = except !== undefined && groupOf(except) === group ? [handleOf(except)] : []
      const args = [encodeTombstone({ ended: reason, at }), String(step), ...kept]
      let count = 0
      for (let hasMore = true; hasMore; ) {
        const ended = readEnded(await run(removeGroup, { group, call, args }))
        count += ended.count
        hasMore = ended.hasMore
      }
      return count
    },
  }
}

interface Step {
  readonly group: string
  readonly call: BackendCall
  readonly args: readonly RedisArg[]
}

interface Ending {
  readonly reason: EndReason
  readonly except?: SessionId
}
