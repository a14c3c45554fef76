import type { EndReason, SessionId } from '@sojourn/core'
import type { BackendCall, IdentifiedRow } from '@sojourn/core/store'
import { groupOf } from '@sojourn/core/store'
import type { RedisArg } from './driver.ts'
import { handleOf, type Layout } from './layout.ts'
import { readListed, readRemovedGroup } from './replies.ts'
import type { RunScript } from './run-script.ts'
import { list, removeGroup, type Script } from './scripts.ts'
import { encodeTombstone } from './stored.ts'

/** How many sessions one script call reads or ends: about 1 ms of Redis. */
const stepSize = 250

/**
 * Creates the operations on a whole group. They run in steps, so that a user with thousands of sessions does not block
 * Redis for other users. A session that exists from the first step to the last is always included, because a session
 * leaves the index only when it ends. One that is created in between may or may not be included.
 */
export function createGroups({ layout, runScript }: { layout: Layout; runScript: RunScript }) {
  /** Runs one step; throws instead of sending anything after the deadline. */
  function run(script: Script, { group, call, args }: StepInput): Promise<unknown> {
    call.signal.throwIfAborted()
    const keys = [layout.indexOf(group)] as const
    return runScript(script, { keys, args: [String(call.at), ...args], call })
  }

  return {
    /** Returns the live rows. The first step also returns all other handles, so later steps need no cursor. */
    async list(group: string, call: BackendCall): Promise<readonly IdentifiedRow[]> {
      const readStep = async (handles: readonly string[]) => {
        const reply = await run(list, { group, call, args: [String(stepSize), ...handles] })
        return readListed(reply, (handle) => layout.idIn(group, handle))
      }
      const { rows, rest } = await readStep([])
      const all = [...rows]
      for (let from = 0; from < rest.length; from += stepSize)
        all.push(...(await readStep(rest.slice(from, from + stepSize))).rows)
      return all
    },

    /** Ends all sessions of the group except `except`. Returns the ids of those that it ended. */
    async remove(group: string, call: BackendCall & RemoveOptions): Promise<readonly SessionId[]> {
      const { at, reason, except, onEnded } = call
      const kept = except !== undefined && groupOf(except) === group ? [handleOf(except)] : []
      const args = [encodeTombstone({ ended: reason, at }), String(stepSize), ...kept]
      const all: SessionId[] = []
      for (let hasMore = true; hasMore; ) {
        const reply = await run(removeGroup, { group, call, args })
        const removed = readRemovedGroup(reply, (handle) => layout.idIn(group, handle))
        all.push(...removed.ids)
        onEnded?.(removed.ids)
        hasMore = removed.hasMore
      }
      return all
    },
  }
}

interface StepInput {
  readonly group: string
  readonly call: BackendCall
  readonly args: readonly RedisArg[]
}

interface RemoveOptions {
  readonly reason: EndReason
  readonly except?: SessionId
  readonly onEnded?: (ids: readonly SessionId[]) => void
}
