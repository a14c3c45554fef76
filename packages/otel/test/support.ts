import { randomBytes } from 'node:crypto'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricReader,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import {
  type ControlledBackend,
  controlledBackend,
  type TestData,
} from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'

type Options = Partial<Parameters<typeof devConfig>[1]>

/** A manager over a backend in memory, the control over its backend, and a clock that only the test moves. */
export interface TestManager extends ControlledBackend {
  readonly manager: SessionManager<TestData>
  readonly clock: { now: number }
}

/** The backend cannot scan unless it is given: a store that can looks for `revokeEverybody` once a second. */
export function testManager(options: Options = {}, backend?: SessionBackend): TestManager {
  const over = controlledBackend(backend)
  const clock = { now: Date.UTC(2026, 10, 21) }
  const config = devConfig(randomBytes(32), {
    store: keyedStore(over.backend),
    clock: () => clock.now,
    warn: () => undefined,
    ...options,
  })
  return { ...over, manager: createSessionManager<TestData>(config), clock }
}

/** One time series as it was exported: the value, or how many durations were recorded. */
export interface Series {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number
}

/** The real SDK, with exporters in memory. Its context manager is that of the whole process: call `shutdown`. */
export function startSdk({
  sampler,
  readers = [],
}: {
  sampler?: Sampler
  readers?: MetricReader[]
} = {}) {
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 2 ** 31 - 1, // never by itself
    exportTimeoutMillis: 10_000,
  })
  const meterProvider = new MeterProvider({ readers: [reader, ...readers] })
  const spanExporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spanExporter)],
    ...(sampler ? { sampler } : {}),
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

  return {
    /** Options of `instrumentSessions`. */
    providers: { meterProvider, tracerProvider },
    tracer: tracerProvider.getTracer('test'),
    /** Returns what is exported now, of all metrics. */
    async series(): Promise<readonly Series[]> {
      metricExporter.reset()
      await reader.forceFlush()
      return metricExporter
        .getMetrics()
        .flatMap(({ scopeMetrics }) => scopeMetrics)
        .flatMap(({ metrics }) => metrics)
        .flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => ({
            name: descriptor.name,
            attributes,
            value: typeof value === 'number' ? value : value.count,
          })),
        )
    },
    /** Returns the spans that have ended, and forgets them. */
    takeSpans() {
      const spans = spanExporter.getFinishedSpans().slice()
      spanExporter.reset()
      return spans
    },
    async shutdown() {
      context.disable()
      await Promise.all([meterProvider.shutdown(), tracerProvider.shutdown()])
    },
  }
}

export type Sdk = ReturnType<typeof startSdk>

/** Returns the series that are not zero as lines, sorted: `sojourn.session.ended{sojourn.reason=logout} 1`. */
export function linesOf(series: readonly Series[], prefix = 'sojourn.'): string[] {
  return series
    .filter(({ name, value }) => name.startsWith(prefix) && value !== 0)
    .map(
      ({ name, attributes, value }) =>
        `${name.slice(prefix.length)}${labelsText(attributes)} ${value}`,
    )
    .toSorted()
}

/** Returns attributes as `{a=1,b=2}`, with the names shortened. */
export function labelsText(attributes: Series['attributes']): string {
  const labels = Object.entries(attributes).map(
    ([key, value]) => `${key.replace('sojourn.', '')}=${value}`,
  )
  return labels.length > 0 ? `{${labels.toSorted().join(',')}}` : ''
}
