import type { ManagerContext } from '../session/state.ts'
import { check } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { milliseconds } from '../util/duration.ts'
import { quote } from '../util/quote.ts'
import type { SessionActivity } from './activity.ts'
import { inspectionOf } from './scan.ts'
import type {
  KeyOf,
  SessionStats,
  SessionSummary,
  StatsOptions,
  StatsProgress,
} from './stats-options.ts'
import { Tally } from './tally.ts'

const progressEvery = 1_000
/** How old a summary may be if nothing else is asked for, at least, in ms. */
const shortestMaxAge = 30_000
const known = { by: true, maxAge: true, allowStale: true, onProgress: true } as const

/** The last summary under some names, and the scan that will replace it. */
interface Cached {
  latest?: SessionSummary
  running?: Promise<SessionSummary>
  progress: StatsProgress
  readonly listeners: Set<(progress: StatsProgress) => void>
}

/** Returns `SessionManager.stats`. `closed` aborts a scan that runs when the manager closes. */
export function createStats(
  context: ManagerContext,
  activity: () => SessionActivity,
  closed: AbortSignal,
): <Data extends object, Name extends string>(
  options?: StatsOptions<Data, Name>,
) => Promise<SessionStats<Name>> {
  const { clock } = context.config
  const summaries = new Map<string, Cached>()

  return async <Data extends object, Name extends string>(
    options: StatsOptions<Data, Name> = {},
  ) => {
    checkOptions(options, known, 'stats()')
    const { allowStale = false, maxAge, onProgress } = options
    const by: Readonly<Record<string, KeyOf<Data>>> = checkBy(options.by ?? {})
    inspectionOf(context.store)
    const cached = cachedFor(Object.keys(by))
    const { latest } = cached
    const maxAgeMs = maxAge === undefined ? usualMaxAge(latest) : milliseconds(maxAge, 'maxAge')
    const age = latest ? clock() - latest.at : Number.NaN
    const isFresh = age >= 0 && age < maxAgeMs // not so if the clock was set back
    if (!latest || !isFresh) {
      const summary = refresh(cached, by, onProgress)
      if (!latest || !allowStale)
        return { ...(await summary), activity: activity() } as SessionStats<Name>
      summary.catch(() => undefined) // the store's failure is an event
    }
    return { ...latest, activity: activity() } as SessionStats<Name>
  }

  function cachedFor(names: readonly string[]): Cached {
    const key = JSON.stringify([...names].sort())
    const cached = summaries.get(key) ?? {
      progress: { scanned: 0, expected: undefined },
      listeners: new Set(),
    }
    summaries.set(key, cached)
    return cached
  }

  /** Joins the scan that is running, or begins one. */
  async function refresh<Data extends object>(
    cached: Cached,
    by: Readonly<Record<string, KeyOf<Data>>>,
    onProgress: ((progress: StatsProgress) => void) | undefined,
  ): Promise<SessionSummary> {
    if (onProgress) cached.listeners.add(onProgress)
    try {
      if (cached.running) tell(cached, [onProgress])
      cached.running ??= summarize(cached, by).finally(() => {
        delete cached.running
      })
      return await cached.running
    } finally {
      if (onProgress) cached.listeners.delete(onProgress)
    }
  }

  async function summarize<Data extends object>(
    cached: Cached,
    by: Readonly<Record<string, KeyOf<Data>>>,
  ): Promise<SessionSummary> {
    const started = performance.now()
    const tally = new Tally(context, by)
    const { latest } = cached
    const expected = latest && latest.sessions + latest.unreadable
    const report = () => {
      cached.progress = { scanned: tally.scanned, expected }
      tell(cached, cached.listeners)
    }
    report()
    for await (const found of inspectionOf(context.store).scan(closed)) {
      tally.add(found)
      if (tally.scanned % progressEvery === 0) report()
    }
    cached.latest = tally.summary(clock(), performance.now() - started)
    return cached.latest
  }

  /** Calls listeners. An error of one harms neither the scan nor the others. */
  function tell(
    { progress }: Cached,
    listeners: Iterable<((progress: StatsProgress) => void) | undefined>,
  ): void {
    for (const listener of listeners) {
      try {
        listener?.(progress)
      } catch (error) {
        context.config.warn('onProgress of stats() failed. The scan goes on.', error)
      }
    }
  }
}

/** Returns an age, in ms, at which scans take a tenth of the time at most. */
function usualMaxAge(latest: SessionSummary | undefined): number {
  return Math.max(shortestMaxAge, 10 * (latest?.tookMs ?? 0))
}

function checkBy<By extends object>(by: By): By {
  for (const [name, keyOf] of Object.entries(by))
    check(
      typeof keyOf === 'function',
      `by.${name} is ${quote(keyOf)}`,
      'Give a function of a session, such as ({ data }) => data.role',
    )
  return by
}
