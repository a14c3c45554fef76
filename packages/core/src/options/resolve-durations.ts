import { check } from '../util/check.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import type { SessionOptions } from './options.ts'

/** The durations that a manager and its store judge by, in ms. */
export interface SessionDurations extends RotationTimes {
  readonly maxAge: number
  readonly absoluteTimeout: number
  readonly storeTimeout: number
  readonly touchInterval: number
}

interface RotationTimes {
  readonly rotationInterval: number
  readonly rotationGrace: number
}

const usualMaxAge = milliseconds('24h', 'maxAge')
const longestGrace = milliseconds('2m', 'rotationGrace')
const usualInterval = milliseconds('15m', 'rotationInterval')
const longestTimer = milliseconds('5m', 'storeTimeout')

/**
 * The durations of the options, each fit for the others, and the defaults of those left out.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function resolveDurations(options: SessionOptions): SessionDurations {
  const absoluteTimeout = milliseconds(options.absoluteTimeout ?? '30d', 'absoluteTimeout')
  const { maxAge: given = Math.min(usualMaxAge, absoluteTimeout) } = options
  const maxAge = checkMaxAge(given, absoluteTimeout)
  const touchInterval = resolveTouchInterval(options, maxAge)
  const storeTimeout = resolveStoreTimeout(options)
  const rotation = resolveRotation(options, touchInterval)
  return { maxAge, absoluteTimeout, storeTimeout, touchInterval, ...rotation }
}

/**
 * An idle limit in ms.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for one that is longer than the hard limit, which would cut it off.
 */
export function checkMaxAge(duration: Duration, absoluteTimeout: number): number {
  const maxAge = milliseconds(duration, 'maxAge')
  check(
    maxAge <= absoluteTimeout,
    `maxAge is ${maxAge} ms and absoluteTimeout ${absoluteTimeout} ms, after which a session ends whatever happens`,
    'Give an absoluteTimeout of at least maxAge, or a shorter maxAge',
  )
  return maxAge
}

function resolveTouchInterval(options: SessionOptions, maxAge: number): number {
  const { touchInterval: given = Math.max(1, Math.min(60_000, Math.floor(maxAge / 10))) } = options
  const touchInterval = milliseconds(given, 'touchInterval')
  check(
    touchInterval <= Math.max(1, maxAge / 4),
    `touchInterval is ${touchInterval} ms and maxAge ${maxAge} ms`,
    'Give a touchInterval of at most a quarter of maxAge, or leave it out',
  )
  return touchInterval
}

function resolveStoreTimeout(options: SessionOptions): number {
  const storeTimeout = milliseconds(options.storeTimeout ?? '1s', 'storeTimeout')
  check(
    storeTimeout <= longestTimer,
    `storeTimeout is ${storeTimeout} ms`,
    "Give at most '5m'; nobody waits longer for a response",
  )
  return storeTimeout
}

function resolveRotation(options: SessionOptions, touchInterval: number): RotationTimes {
  const rotationGrace = milliseconds(options.rotationGrace ?? '30s', 'rotationGrace')
  check(
    rotationGrace <= longestGrace,
    `rotationGrace is ${rotationGrace} ms`,
    "Give at most '2m'; it is for requests that are already on their way",
  )
  const shortest = 2 * touchInterval + rotationGrace
  const { rotationInterval: given = Math.max(usualInterval, shortest) } = options
  const rotationInterval = milliseconds(given, 'rotationInterval')
  check(
    rotationInterval >= shortest,
    `rotationInterval is ${rotationInterval} ms, touchInterval ${touchInterval} ms and rotationGrace ${rotationGrace} ms`,
    'Give a rotationInterval of at least 2 × touchInterval + rotationGrace, so that an offered token is seen before the next',
  )
  return { rotationInterval, rotationGrace }
}
