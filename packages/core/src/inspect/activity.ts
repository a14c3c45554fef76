import type { SessionEvents } from '../events.ts'
import type { Clock } from '../util/clock.ts'

/** What happened in one minute. */
export interface MinuteOfActivity {
  /** When the minute began, in epoch ms. */
  readonly at: number
  readonly created: number
  readonly ended: number
}

/**
 * How many sessions a server has created and ended, by its events since it started. Sessions that expire are not among the
 * ended ones, because a database deletes them without a word; those that `revokeEverybody` ended neither. A login creates a session
 * and ends the visitor's.
 */
export interface SessionActivity {
  /** Sessions created in the last 60 seconds. */
  readonly createdPerMinute: number
  /** Sessions ended in the last 60 seconds. */
  readonly endedPerMinute: number
  /** The last 60 minutes, oldest first. The last one is still running. */
  readonly minutes: readonly MinuteOfActivity[]
}

const minuteMs = 60_000
const kept = 60

/** Counts the events `created` and `ended`, by the minute. */
export function trackActivity(
  on: <Type extends 'created' | 'ended'>(
    type: Type,
    listener: (event: SessionEvents[Type]) => void,
  ) => unknown,
  clock: Clock,
): () => SessionActivity {
  const created = new Minutes()
  const ended = new Minutes()
  on('created', () => created.add(clock()))
  on('ended', () => ended.add(clock()))
  return () => {
    const now = clock()
    const current = Math.floor(now / minuteMs)
    return {
      createdPerMinute: created.lastMinute(now),
      endedPerMinute: ended.lastMinute(now),
      minutes: Array.from({ length: kept }, (_, index) => {
        const minute = current - kept + 1 + index
        return {
          at: minute * minuteMs,
          created: created.of(minute),
          ended: ended.of(minute),
        }
      }),
    }
  }
}

/** Counts by the minute, in a ring of 60. */
class Minutes {
  readonly #ring = Array.from({ length: kept }, () => ({ minute: -1, count: 0 }))

  add(now: number): void {
    const minute = Math.floor(now / minuteMs)
    const slot = this.#ring[minute % kept]
    if (!slot) return
    if (slot.minute !== minute) Object.assign(slot, { minute, count: 0 })
    slot.count++
  }

  of(minute: number): number {
    const slot = this.#ring[minute % kept]
    return slot?.minute === minute ? slot.count : 0
  }

  /** Returns the count of the last 60 seconds, as if the minute before had been even. */
  lastMinute(now: number): number {
    const minute = Math.floor(now / minuteMs)
    const rest = 1 - (now % minuteMs) / minuteMs
    return Math.round(this.of(minute) + this.of(minute - 1) * rest)
  }
}
