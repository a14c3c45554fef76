import type { EndReason } from '@sojourn/core'
import { type Row, tombstoneMs } from '@sojourn/core/store'

/** A session with its row. It may have expired: see `liveIn`. */
export interface Present {
  readonly row: Row
  /** A text of the insert that made it: another session that later has the same id has another one. */
  readonly life: string
  /** A text of the operation that wrote it last, by which that operation recognises its own work. */
  readonly by: string
  /** The `by` of the last `removeGroup` of its group that its insert knew of. */
  readonly after: string | undefined
  /** True until the first `replace` or `touch`. */
  readonly isFirst: boolean
}

/** A session that has ended. It is remembered for as long as any instance may hold an older copy. */
export interface Ended {
  readonly ended: EndReason
  /** When it ended, epoch ms. */
  readonly at: number
  /** The `life` that ended; absent if there was no row. */
  readonly life?: string
  /** A text of the operation that ended it, by which that operation recognises its own work. */
  readonly by: string
}

/** What the instances agree on for one id; `undefined` if there never was anything. */
export type State = Present | Ended | undefined

/** Returns the session if it is live at `at`, epoch ms. */
export function liveIn(state: State, at: number): Present | undefined {
  return state && 'row' in state && at < state.row.expiresAt ? state : undefined
}

/** Returns the tombstone if others see it at `at`, epoch ms: for 60 s, though it is remembered for longer. */
export function tombstoneIn(state: State, at: number): Ended | undefined {
  return state && 'ended' in state && at < state.at + tombstoneMs ? state : undefined
}

/** Returns true if `state` is the end of the session that `present` shows with its row. */
export function isEndOf(state: State, present: State): state is Ended {
  const life = present && 'row' in present ? present.life : undefined
  return life !== undefined && state !== undefined && 'ended' in state && state.life === life
}
