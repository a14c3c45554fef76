import { check } from '../util/check.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import type { SessionOptions } from './options.ts'

/** The durations of a manager and its store, in ms. */
export interface SessionDurations extends RotationDurations {
  readonly maxAge: number
  readonly absoluteTimeout: number
  readonly storeTimeout: number
  readonly touchInterval: number
}

interface RotationDurations {
  readonly rotationInterval: number
  readonly rotationGrace: number
}

const defaultMaxAge = milliseconds('24h', 'maxAge')
const maxRotationGrace = milliseconds('2m', 'rotationGrace')
const defaultRotationInterval = milliseconds('15m', 'rotationInterval')
const maxStoreTimeout = milliseconds('5m', 'storeTimeout')

/**
 * Returns the durations of the options in ms, checked against each other, with defaults for those absent. The
 * default of `maxAge` depends on `absoluteTimeout`, that of `touchInterval` on `maxAge`, and that of `rotationInterval`
 * on `touchInterval` and `rotationGrace`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function resolveDurations(options: SessionOptions): SessionDurations {
  const absoluteTimeout = milliseconds(options.absoluteTimeout ?? '30d', 'absoluteTimeout')
  const { maxAge: given = Math.min(defaultMaxAge, absoluteTimeout) } = options
  const maxAge = checkMaxAge(given, absoluteTimeout)
  const touchInterval = resolveTouchInterval(options, maxAge)
  const storeTimeout = resolveStoreTimeout(options)
  const rotation = resolveRotation(options, touchInterval)
  return { maxAge, absoluteTimeout, storeTimeout, touchInterval, ...rotation }
}

/**
 * Returns an idle limit in ms. `absoluteTimeout` is in ms.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if it is longer than the absolute limit and could never apply.
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
    storeTimeout <= maxStoreTimeout,
    `storeTimeout is ${storeTimeout} ms`,
    "Give at most '5m'; nobody waits longer for a response",
  )
  return storeTimeout
}

function resolveRotation(options: SessionOptions, touchInterval: number): RotationDurations {
  const rotationGrace = milliseconds(options.rotationGrace ?? '30s', 'rotationGrace')
  check(
    rotationGrace <= maxRotationGrace,
    `rotationGrace is ${rotationGrace} ms`,
    "Give at most '2m'; it is for requests that are already on their way",
  )
  const minInterval = 2 * touchInterval + rotationGrace
  const { rotationInterval: given = Math.max(defaultRotationInterval, minInterval) } = options
  const rotationInterval = milliseconds(given, 'rotationInterval')
  check(
    rotationInterval >= minInterval,
    `rotationInterval is ${rotationInterval} ms, touchInterval ${touchInterval} ms and rotationGrace ${rotationGrace} ms`,
    'Give a rotationInterval of at least 2 × touchInterval + rotationGrace, so that an offered token is seen before the next',
  )
  return { rotationInterval, rotationGrace }
}
