import { SessionUsageError } from '../errors.ts'
import { quote } from './quote.ts'

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
    `${name} is ${quote(duration)}. Give milliseconds above 0, or a duration like '30m' (units: ms, s, m, h, d, w; at most 100 years).`,
  )
}

function parse(text: unknown): number {
  const match = typeof text === 'string' ? shape.exec(text) : null
  if (!match) return Number.NaN
  return Number(match[1]) * units[match[2] as keyof typeof units]
}
