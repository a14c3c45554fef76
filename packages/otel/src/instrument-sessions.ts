import {
  createNoopMeter,
  diag,
  type Meter,
  type MeterProvider,
  metrics,
  type TracerProvider,
  trace,
} from '@opentelemetry/api'
import { checkOptions } from '@sojourn/core/store'
import { type Instruments, type MeasuredManager, measure, observeLiveSessions } from './measure.ts'
import { measureOnce } from './measure-once.ts'
import { durationBuckets, type Metric } from './metrics.ts'
import { traceOperations } from './spans.ts'

/** Options of `instrumentSessions`. */
export interface InstrumentOptions {
  /** Where metrics go. @default the one that your SDK has registered */
  readonly meterProvider?: MeterProvider
  /** Where spans go. @default the one that your SDK has registered, also if it does so later */
  readonly tracerProvider?: TracerProvider
  /**
   * True: counts the live sessions and users of the whole store, by a scan before an export, as `manager.stats()` does. One
   * process is enough for that; the count of all is the same.
   * @default false
   */
  readonly liveSessions?: boolean
}

const scope = '@sojourn/otel'

/**
 * Sends what a session manager does to OpenTelemetry: a span of each operation beneath that of its request, a counter of each
 * event, and the durations of operations and of calls of the store. No attribute holds anything of a request or of a
 * user. Returns a function that stops it.
 *
 * Start the SDK before: metrics of a meter that was asked for earlier go nowhere. Without an SDK nothing is measured.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an unknown option, for `liveSessions` with a store that cannot count, or if
 * the manager is instrumented already: everything would be counted twice. Several exporters are readers of one MeterProvider.
 * @see docs/reference/metrics.md
 * @example
 * const stop = instrumentSessions(manager)
 */
export function instrumentSessions(
  manager: MeasuredManager,
  options: InstrumentOptions = {},
): () => void {
  const { meterProvider, tracerProvider, liveSessions } = checkOptions(
    options,
    { meterProvider: true, tracerProvider: true, liveSessions: true },
    'instrumentSessions()',
  )
  const begin = () => {
    const stops: (() => void)[] = []
    const meter = (meterProvider ?? metrics.getMeterProvider()).getMeter(scope)
    if (meter === createNoopMeter())
      diag.warn('@sojourn/otel: no MeterProvider is registered yet, so there are no metrics.')
    else {
      const instruments = instrumentsOf(meter)
      if (liveSessions) stops.push(observeLiveSessions(manager, instruments)) // first, because it may refuse
      stops.push(measure(manager, instruments))
    }
    stops.push(traceOperations(manager, (tracerProvider ?? trace).getTracer(scope)))
    return stops
  }
  return measureOnce(manager, { target: instrumentSessions, call: 'instrumentSessions()', begin })
}

function instrumentsOf(meter: Meter): Instruments {
  return {
    counter(metric) {
      const counter = meter.createCounter(metric.name, descriptionOf(metric))
      return (amount, attributes) => counter.add(amount, attributes)
    },
    histogram(metric) {
      const advice = { explicitBucketBoundaries: [...durationBuckets] }
      const histogram = meter.createHistogram(metric.name, { ...descriptionOf(metric), advice })
      return (seconds, attributes) => histogram.record(seconds, attributes)
    },
    gauge(metric, observe) {
      const gauge = meter.createObservableGauge(metric.name, descriptionOf(metric))
      const callback: Parameters<typeof gauge.addCallback>[0] = async (result) => {
        for (const [value, attributes] of await observe()) result.observe(value, attributes)
      }
      gauge.addCallback(callback)
      return () => gauge.removeCallback(callback)
    },
  }
}

function descriptionOf({ unit, description }: Metric<never>) {
  return { unit, description }
}
