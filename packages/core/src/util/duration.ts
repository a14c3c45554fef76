import { SessionUsageError } from '../errors.ts'
import { quote } from './quote.ts'

/**
 * A duration: milliseconds, or a number with a unit (`ms`, `s`, `m`, `h`, `d`, `w`); at most 100 years.
 * @example
 * const maxAge: Duration = '1.5h' // the same as 5_400_000
 */
export type Duration = number | `${number}${keyof typeof units}`

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const durationShape = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/
const maxMs = 100 * 365 * units.d

/**
 * Returns a duration in whole milliseconds, at least 1. `name` is the option, for the message.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for 0, negative numbers, NaN and unknown units; none means "for ever".
 */
export function milliseconds(duration: Duration, name: string): number {
  const ms = typeof duration === 'number' ? duration : parse(duration)
  if (ms >= 1 && ms <= maxMs) return Math.round(ms)
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `${name} is ${quote(duration)}. Give milliseconds above 0, or a duration like '30m' (units: ms, s, m, h, d, w; at most 100 years).`,
  )
}

function parse(text: unknown): number {
  const match = typeof text === 'string' ? durationShape.exec(text) : null
  if (!match) return Number.NaN
  return Number(match[1]) * units[match[2] as keyof typeof units]
}
