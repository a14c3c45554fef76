import type { EndReason, SessionId } from '@sojourn/core'
import { type BackendCall, groupOf, tombstoneMs } from '@sojourn/core/store'
import { insertion, replacement } from './decisions.ts'
import { groupKey, sessionAt } from './keys.ts'
import type { Registers } from './registers.ts'
import { liveIn, type State } from './state.ts'
import type { Timing } from './timing.ts'

/** A session that the limit of its group has let in, and whose row may not be there yet. */
export interface Admission {
  readonly id: SessionId
  readonly expiresAt: number
  /** When it was let in, epoch ms. */
  readonly at: number
}

/** What the instances agree on for a group as a whole. */
export interface GroupRecord {
  /** The last `removeGroup`: it also ends sessions that only an unreachable instance knew. */
  readonly removal?: {
    readonly reason: EndReason
    readonly at: number
    /** A text of its own. */
    readonly by: string
    readonly except?: SessionId
  }
  readonly admissions: readonly Admission[]
}

/** A record, and the version of the row that holds it; none if there is no row. */
export interface FoundRecord {
  readonly record: GroupRecord
  readonly version: string | undefined
}

/** Returns the means to read and write the records of groups, each in a register of its own, kept for `partitionMs`. */
export function createGroupRecords({
  registers,
  timing,
  partitionMs,
}: {
  registers: Pick<Registers, 'read' | 'change'>
  timing: Timing
  partitionMs: number
}) {
  return { read, write, update, adopt }

  async function read(group: string, call: BackendCall): Promise<FoundRecord> {
    const live = liveIn(await registers.read(groupKey(group), call), call.at)
    if (!live) return { record: { admissions: [] }, version: undefined }
    const record = JSON.parse(Buffer.from(live.row.value).toString()) as GroupRecord
    return { record, version: live.row.version }
  }

  /** Writes a record over the version that was read. Returns false if somebody else has written another one. */
  async function write(
    group: string,
    { record, version }: FoundRecord,
    call: BackendCall,
  ): Promise<boolean> {
    const { at } = call
    const row = {
      version: timing.tag(),
      priorVersions: version === undefined ? [] : [version],
      touchedAt: at,
      expiresAt: at + Math.max(partitionMs, tombstoneMs),
      value: Buffer.from(JSON.stringify(record)),
    }
    const key = groupKey(group)
    const own = { ...call, at, signal: call.signal, isSolitary: true }
    if (version === undefined)
      return (
        await registers.change('insert', key, own, insertion(row, at, { life: timing.tag() }))
      ).inserted
    return (
      (await registers.change('replace', key, own, replacement(row, at, version))) === 'replaced'
    )
  }

  async function update(
    group: string,
    call: BackendCall,
    change: (record: GroupRecord) => GroupRecord,
  ): Promise<void> {
    for (;;) {
      const { record, version } = await read(group, call)
      if (await write(group, { record: change(record), version }, call)) return
      call.signal.throwIfAborted()
    }
  }

  /**
   * Returns what becomes of a new session that too few instances know to count: its insert failed or is still under way. If its
   * group was removed and its insert did not know, it ends with the group. No clocks are compared: those of two servers differ.
   */
  async function adopt(key: SessionId, state: State, call: BackendCall): Promise<State> {
    const id = sessionAt(key)
    if (id === undefined || !state || !('row' in state)) return state
    const { removal } = (await read(groupOf(id), call)).record
    if (!removal || state.after === removal.by || id === removal.except) return state
    return { ended: removal.reason, at: removal.at, by: timing.tag(), life: state.life }
  }
}

/** What `createGroupRecords` returns. */
export type GroupRecords = ReturnType<typeof createGroupRecords>
