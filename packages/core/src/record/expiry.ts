import { SessionUsageError } from '../errors.ts'
import { shown } from '../util/quote.ts'

/** Milliseconds, or a number with its unit: `'500ms'`, `'30s'`, `'30m'`, `'24h'`, `'30d'`, `'2w'`. */
export type Duration = number | `${number}${keyof typeof units}`

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const shape = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/
const longest = 100 * 365 * units.d

/**
 * A duration in whole milliseconds, at least 1.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for 0, negatives, NaN, unknown units: none of them means "for ever".
 */
export function milliseconds(duration: Duration, name: string): number {
  const ms = typeof duration === 'number' ? duration : parse(duration)
  if (ms >= 1 && ms <= longest) return Math.round(ms)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `${name} is ${shown(duration)}. Give milliseconds above 0, or a duration like '30m' (units: ms, s, m, h, d, w; at most 100 years).`,
  )
}

/** What the limits of a session are judged by. Times are epoch ms. */
export interface Limits {
  /** How long a session may be idle, in ms. */
  readonly maxAge: number
  /** When it ends whatever happens. */
  readonly absoluteExpiresAt: number
}

/**
 * When a session that was last touched at `touchedAt` ends. One `touchInterval` is added to the idle limit, because
 * `touchedAt` may lag that far behind the last request: nobody idles out early.
 */
export function expiryOf(limits: Limits, touchedAt: number, touchInterval: number): number {
  const idleUntil = touchedAt + limits.maxAge + touchWindow(limits, touchInterval)
  return Math.min(idleUntil, limits.absoluteExpiresAt)
}

/** Whether a request at `at` must move `touchedAt`. Until then, reading a session writes nothing (P7). */
export function isTouchDue(
  { record, touchedAt }: { record: Limits; touchedAt: number },
  at: number,
  touchInterval: number,
): boolean {
  return at - touchedAt >= touchWindow(record, touchInterval)
}

/** Within how many ms a session is touched at most once: one with a short idle limit of its own accordingly often. */
export function touchWindow({ maxAge }: Limits, touchInterval: number): number {
  return Math.min(touchInterval, maxAge / 4)
}

function parse(text: unknown): number {
  const match = typeof text === 'string' ? shape.exec(text) : null
  if (!match) return Number.NaN
  return Number(match[1]) * units[match[2] as keyof typeof units]
}
