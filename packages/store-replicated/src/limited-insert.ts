import type { SessionId } from '@sojourn/core'
import {
  type BackendCall,
  createQueue,
  type GroupLimit,
  groupOf,
  type InsertOutcome,
  type Row,
  tombstoneMs,
} from '@sojourn/core/store'
import { insertion } from './decisions.ts'
import type { Admission, GroupRecords } from './group-records.ts'
import type { Groups } from './groups.ts'
import { sessionKey } from './keys.ts'
import type { Registers } from './registers.ts'
import { liveIn, tombstoneIn } from './state.ts'
import type { Timing } from './timing.ts'

/** A member of a group, as its limit counts it. */
type Member = Pick<Admission, 'id' | 'expiresAt'>

/** What was known when a session was let in. */
interface Admitted {
  /** The other members of its group. */
  readonly others: readonly Member[]
  /** The `by` of the last `removeGroup`. */
  readonly after: string | undefined
}

/**
 * Returns the `insert` into a group that has a limit. No instance can count for all, so the record of the group decides: of
 * several inserts that have counted the same sessions, one writes its admission into the record, and the others count again,
 * with that one. Only then are sessions evicted, and then the row is inserted. So there are never more than `max`.
 *
 * An admission counts like a row until its session is found or has ended. After 60 s without either its process has stopped, or
 * is paused: then the session is ended before it can come, so that its room is free.
 */
export function createLimitedInsert({
  registers,
  records,
  groups,
  timing,
}: {
  registers: Registers
  records: GroupRecords
  groups: Groups
  timing: Timing
}) {
  const queue = createQueue()

  return (id: SessionId, row: Row, call: BackendCall & { readonly limit: GroupLimit }) =>
    queue(groupOf(id), () => insert(id, row, call))

  async function insert(
    id: SessionId,
    row: Row,
    call: BackendCall & { readonly limit: GroupLimit },
  ): Promise<InsertOutcome> {
    const { at, limit } = call
    const present = await registers.read(sessionKey(id), call)
    if (liveIn(present, at) || tombstoneIn(present, at)) return insertRow(id, row, { call })
    const admitted = await admit({ id, expiresAt: row.expiresAt, at }, call)
    if (!admitted) return { inserted: false, why: 'limit' }
    const evicted = await evict(admitted.others, call, limit)
    const outcome = await insertRow(id, row, { call, after: admitted.after })
    if (outcome.inserted) return { inserted: true, evicted }
    const end = tombstoneIn(await registers.read(sessionKey(id), call), at)
    // A later login has evicted it, between its admission and its row.
    return end?.ended === 'evicted' ? { inserted: true, evicted } : outcome
  }

  function insertRow(
    id: SessionId,
    row: Row,
    { call, after }: { call: BackendCall; after?: string | undefined },
  ): Promise<InsertOutcome> {
    const decide = insertion(row, call.at, { life: timing.tag(), after })
    return registers.change('insert', sessionKey(id), call, decide)
  }

  /** Lets a session in. Returns `undefined` if the limit refuses it. */
  async function admit(
    admission: Admission,
    call: BackendCall & { readonly limit: GroupLimit },
  ): Promise<Admitted | undefined> {
    const { max, onExceed } = call.limit
    const group = groupOf(admission.id)
    for (;;) {
      call.signal.throwIfAborted()
      const { record, version } = await records.read(group, call)
      const { members, pending } = await membersOf(group, record.admissions, call)
      const others = members.filter(({ id }) => id !== admission.id)
      if (onExceed === 'refuse' && others.length >= max) return undefined
      const admissions = [...pending.filter(({ id }) => id !== admission.id), admission]
      if (await records.write(group, { record: { ...record, admissions }, version }, call))
        return { others, after: record.removal?.by }
    }
  }

  /** Returns the live sessions and the admissions that may still become one. */
  async function membersOf(
    group: string,
    admissions: readonly Admission[],
    call: BackendCall,
  ): Promise<{ members: readonly Member[]; pending: readonly Admission[] }> {
    const live = await groups.list(group, call)
    const listed = new Set(live.map(({ id }) => id))
    const open = admissions.filter(({ id, expiresAt }) => call.at < expiresAt && !listed.has(id))
    const states = await Promise.all(open.map(({ id }) => registers.read(sessionKey(id), call)))
    const missing = open.filter((_, index) => !states[index])
    const late = missing.filter(({ at }) => call.at >= at + tombstoneMs)
    await Promise.all(late.map(({ id }) => end(id, call)))
    const pending = open.filter(
      (each, index) => !late.includes(each) && (!states[index] || liveIn(states[index], call.at)),
    )
    return { members: [...live, ...pending], pending }
  }

  function end(id: SessionId, { at, signal }: BackendCall) {
    return groups.remove(id, { at, signal, reason: 'evicted' })
  }

  /** Ends those that expire first, as many as needed for one more. Returns the ids of those that it has ended. */
  async function evict(
    members: readonly Member[],
    call: BackendCall,
    { max }: GroupLimit,
  ): Promise<readonly SessionId[]> {
    const surplus = Math.max(0, members.length - max + 1)
    const soonestFirst = members.toSorted(bySoonest)
    const ending = soonestFirst.slice(0, surplus).map(async ({ id }) => {
      const { isOwn } = await end(id, call)
      return isOwn ? [id] : []
    })
    return (await Promise.all(ending)).flat()
  }
}

/**
 * Orders those that expire first before the others. Logins that are evicting at once must choose the same sessions, so the ids
 * decide between those that expire at once: each list has them in another order.
 */
function bySoonest(a: Member, b: Member): number {
  return a.expiresAt - b.expiresAt || (a.id < b.id ? -1 : 1)
}
