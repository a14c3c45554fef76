import { groupOf } from '../record/record.ts'
import type { ManagerContext } from '../session/state.ts'
import type { InspectedSession } from '../store/store.ts'
import { TextSet } from '../util/text-set.ts'
import type { KeyOf, SessionCounts, SessionSummary } from './stats-options.ts'
import { storedSession, UnreadableData } from './stored-session.ts'

/** How many different keys are counted under one name. */
const maxKeys = 1_000
/** Longer keys are cut off there. */
const maxKeyLength = 200

/** Counts sessions, one after another. Takes about 32 bytes of memory per user, and nothing per session. */
export class Tally<Data extends object> {
  readonly #context: ManagerContext
  readonly #counters: readonly Counter<Data>[]
  readonly #users = new TextSet()
  #sessions = 0
  #loggedIn = 0
  #bound = 0
  #oldestAt = Number.POSITIVE_INFINITY
  #newestAt = Number.NEGATIVE_INFINITY
  #sumOfTimes = 0
  #unreadable = 0

  constructor(context: ManagerContext, by: Readonly<Record<string, KeyOf<Data>>>) {
    this.#context = context
    this.#counters = Object.entries(by).map(([name, keyOf]) => new Counter(name, keyOf))
  }

  /** How many sessions were counted, those that cannot be decoded included. */
  get scanned(): number {
    return this.#sessions + this.#unreadable
  }

  add(found: InspectedSession | 'unreadable'): void {
    const keys = found === 'unreadable' ? undefined : this.#keysOf(found)
    if (found === 'unreadable' || !keys) {
      this.#unreadable++
      return
    }
    const { id, userId, createdAt, deviceBinding } = found.record
    this.#sessions++
    this.#oldestAt = Math.min(this.#oldestAt, createdAt)
    this.#newestAt = Math.max(this.#newestAt, createdAt)
    this.#sumOfTimes += createdAt
    if (deviceBinding?.isConfirmed) this.#bound++
    if (userId !== undefined) {
      this.#loggedIn++
      this.#users.add(groupOf(id)) // all sessions of a user have the same
    }
    for (const [at, counter] of this.#counters.entries()) counter.add(keys[at])
  }

  /** Returns what was counted. `at` is now, in epoch ms. */
  summary(at: number, tookMs: number): SessionSummary<string> {
    const [sessions, loggedIn] = [this.#sessions, this.#loggedIn]
    return {
      at,
      tookMs,
      sessions,
      loggedIn,
      anonymous: sessions - loggedIn,
      users: this.#users.size,
      bound: this.#bound,
      oldestAt: sessions === 0 ? undefined : this.#oldestAt,
      newestAt: sessions === 0 ? undefined : this.#newestAt,
      meanAgeMs: sessions === 0 ? undefined : at - this.#sumOfTimes / sessions,
      unreadable: this.#unreadable,
      by: Object.fromEntries(this.#counters.map((counter) => [counter.name, counter.counts()])),
    }
  }

  /** Returns the keys of a session under each name; `undefined` if they need its data, which cannot be decoded. */
  #keysOf(found: InspectedSession): readonly unknown[] | undefined {
    if (this.#counters.length === 0) return []
    const session = storedSession<Data>(this.#context, found)
    try {
      return this.#counters.map(({ keyOf }) => keyOf(session))
    } catch (error) {
      if (error instanceof UnreadableData) return undefined
      throw error
    }
  }
}

/** Counts by the keys of one name. */
class Counter<Data extends object> {
  readonly name: string
  readonly keyOf: KeyOf<Data>
  readonly #counts = new Map<string, number>()
  #missing = 0
  #other = 0

  constructor(name: string, keyOf: KeyOf<Data>) {
    this.name = name
    this.keyOf = keyOf
  }

  add(given: unknown): void {
    if (given === undefined || given === null) {
      this.#missing++
      return
    }
    const key = String(given).slice(0, maxKeyLength)
    const count = this.#counts.get(key)
    if (count === undefined && this.#counts.size >= maxKeys) this.#other++
    else this.#counts.set(key, (count ?? 0) + 1)
  }

  counts(): SessionCounts {
    return {
      counts: Object.assign(Object.create(null), Object.fromEntries(this.#counts)),
      missing: this.#missing,
      other: this.#other,
    }
  }
}
