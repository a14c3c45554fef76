import type { SessionEventName, SessionManager } from '@sojourn/core'
import { check } from '@sojourn/core/store'
import {
  type Attributes,
  attributesOf,
  backendOperations,
  combinationsOf,
  loggedIn,
  type Operated,
} from './attributes.ts'
import {
  boundSessions,
  eventMetrics,
  liveSessions,
  liveUsers,
  type Metric,
  sessionDuration,
  storeDuration,
} from './metrics.ts'

/** What is measured of a manager. It fits managers with session data of any type. */
export type MeasuredManager = Pick<SessionManager<object>, 'on' | 'trace' | 'supports'> & {
  stats(options: { readonly allowStale: true }): ReturnType<SessionManager['stats']>
}

/** What a gauge has found. */
type Observation = readonly [value: number, attributes: Attributes]

/** Where measurements go: to OpenTelemetry, or to prom-client. */
export interface Instruments {
  /** Creates a counter; returns the function that adds to it. */
  counter(metric: Metric<never>): (amount: number, attributes: Attributes) => void
  /** Creates a histogram of durations; returns the function that records one, in seconds. */
  histogram(metric: Metric<never>): (seconds: number, attributes: Attributes) => void
  /** Creates a gauge that calls `observe` when it is exported. Returns the function that stops that. */
  gauge(metric: Metric<never>, observe: () => Promise<readonly Observation[]>): () => void
}

/** Counts all events of a manager and measures its operations. Returns a function that stops it. */
export function measure(manager: MeasuredManager, instruments: Instruments): () => void {
  const stops = [
    ...eventNames.map((name) => countEvents(manager, name, instruments)),
    measureDurations(manager, instruments),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

/** The names of all events. */
export const eventNames = Object.keys(eventMetrics) as readonly SessionEventName[]

/** More time series than this do not begin at zero: of the failures few ever happen. */
const maxZeros = 64

/**
 * Counts one event. All series begin at zero, because a rate is only seen between two values: a first replay, counted as 1
 * out of nothing, would raise no alert.
 */
function countEvents<Name extends SessionEventName>(
  manager: Pick<MeasuredManager, 'on'>,
  name: Name,
  { counter }: Instruments,
): () => void {
  const metric = eventMetrics[name]
  const add = counter(metric)
  const combinations = combinationsOf(metric.attributes)
  if (combinations.length <= maxZeros) for (const attributes of combinations) add(0, attributes)
  return manager.on(name, (event) => add(1, attributesOf(metric.attributes, event)))
}

function measureDurations(
  manager: Pick<MeasuredManager, 'trace'>,
  { histogram }: Instruments,
): () => void {
  const ofSession = histogram(sessionDuration)
  const ofStore = histogram(storeDuration)
  return manager.trace((operation, run) => {
    const isOfStore = Object.hasOwn(backendOperations, operation)
    const [record, metric] = isOfStore ? [ofStore, storeDuration] : [ofSession, sessionDuration]
    const startedAt = performance.now()
    const settle = (error?: unknown) => {
      const operated: Operated = { operation, error }
      record((performance.now() - startedAt) / 1000, attributesOf(metric.attributes, operated))
    }
    return run().then(
      () => settle(),
      (error: unknown) => settle(error ?? new Error('rejected with nothing')),
    )
  })
}

/**
 * Observes how many sessions and users there are. The store is scanned for it at most as often as `manager.stats()` allows,
 * and never on behalf of a request. If the scan fails, nothing is observed: the event `failed` tells of it.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the store cannot be scanned.
 */
export function observeLiveSessions(
  manager: Pick<MeasuredManager, 'stats' | 'supports'>,
  { gauge }: Instruments,
): () => void {
  check(
    manager.supports.scan,
    'liveSessions is true, and this store cannot count its sessions: it keeps them in their cookies',
    'Leave liveSessions out, or use a store whose supports.scan is true',
  )
  const summary = () => manager.stats({ allowStale: true }).catch(() => undefined)
  const isLoggedIn = (value: boolean): Attributes => ({ [loggedIn.name]: value })
  const stopSessions = gauge(liveSessions, async () => {
    const found = await summary()
    if (!found) return []
    return [
      [found.loggedIn, isLoggedIn(true)],
      [found.anonymous, isLoggedIn(false)],
    ]
  })
  const count = (metric: Metric, name: 'users' | 'bound') =>
    gauge(metric, async () => {
      const found = await summary()
      return found ? [[found[name], {}]] : []
    })
  const stops = [stopSessions, count(liveUsers, 'users'), count(boundSessions, 'bound')]
  return () => {
    for (const stop of stops) stop()
  }
}
