import type { EndReason, SessionId } from '@sojourn/core'
import type { BackendCall, IdentifiedRow } from '@sojourn/core/store'
import { inBatches } from './batches.ts'
import { type Copy, copyInRow, noCopy } from './copy.ts'
import { copyOf, type Removal, removal } from './decisions.ts'
import type { Fleet, Held } from './fleet.ts'
import type { GroupRecords } from './group-records.ts'
import { sessionAt, sessionKey } from './keys.ts'
import type { Registers } from './registers.ts'
import { liveIn } from './state.ts'

/** What one instance lists. */
interface Listing extends Omit<Held, 'copy'> {
  readonly copies: ReadonlyMap<string, Copy>
}

/** What ends sessions. */
export type EndingCall = BackendCall & { readonly reason: EndReason }

/** Returns the operations on the sessions of a group. */
export function createGroups({
  fleet,
  registers,
  records,
}: {
  fleet: Fleet
  registers: Registers
  records: GroupRecords
}) {
  return { list, remove, removeGroup }

  /** Returns the live rows of a group: of all that any of a quorum lists, those that a quorum agrees on. */
  async function list(group: string, call: BackendCall): Promise<readonly IdentifiedRow[]> {
    const listings = await listAll(group, call)
    const keys = new Set(listings.flatMap(({ copies }) => [...copies.keys()]))
    const rows: IdentifiedRow[] = []
    await inBatches([...keys], async (key) => {
      const id = sessionAt(key)
      if (id === undefined) return
      const held = listings.map(
        ({ copies, ...rest }): Held => ({ ...rest, copy: copies.get(key) ?? noCopy }),
      )
      const agreed = registers.agreed(held)
      const state = agreed ? agreed.state : await registers.read(key, call)
      const live = liveIn(state, call.at)
      if (live) rows.push({ id, ...copyOf(live.row) })
    })
    return rows
  }

  async function listAll(group: string, { at }: BackendCall): Promise<readonly Listing[]> {
    const answers = await fleet.ask('list', at, ({ backend }, call) => backend.list(group, call))
    return answers.map(({ answer, ...rest }) => ({
      ...rest,
      copies: new Map(
        answer
          .filter(({ id }) => sessionAt(id) !== undefined)
          .map(({ id, ...row }) => [id, copyInRow(row)]),
      ),
    }))
  }

  /** Ends a session. */
  function remove(id: SessionId, call: EndingCall): Promise<Removal> {
    const decide = removal(call.reason, call.at, fleet.timing.tag)
    return registers.change('remove', sessionKey(id), call, decide)
  }

  /** Ends the sessions of a group, and has sessions end that only an unreachable instance knows, when it comes back. */
  async function removeGroup(
    group: string,
    call: EndingCall & {
      readonly except?: SessionId
      readonly onEnded?: (ids: readonly SessionId[]) => void
    },
  ): Promise<readonly SessionId[]> {
    const { reason, at, except, onEnded } = call
    const all: SessionId[] = []
    const endListed = async () =>
      inBatches(await list(group, call), async ({ id }) => {
        if (id === except) return
        const { row } = await remove(id, call)
        if (!row) return
        all.push(id)
        onEnded?.([id])
      })
    await endListed() // first, because the record also ends, for whoever meets it, what one instance has missed
    const removed = {
      reason,
      at,
      by: fleet.timing.tag(),
      ...(except === undefined ? {} : { except }),
    }
    await records.update(group, call, (record) => ({ ...record, removal: removed }))
    await endListed() // what has come meanwhile
    return all
  }
}

/** What `createGroups` returns. */
export type Groups = ReturnType<typeof createGroups>
