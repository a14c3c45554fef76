import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { logIn } from '@sojourn/core/testing'
import { instrumentSessions } from '@sojourn/otel'
import { prometheusMetrics } from '@sojourn/otel/prometheus'
import { createManager } from './page.ts'
import { check } from './round-trip.ts'

/** A login is counted by the SDK of OpenTelemetry, and by prom-client. */
export async function prove(): Promise<void> {
  const manager = createManager()
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const stop = instrumentSessions(manager, { meterProvider })
  const { register } = prometheusMetrics(manager)
  await logIn(manager, 'ada')
  await meterProvider.forceFlush()
  check(
    'Metrics of OpenTelemetry',
    true,
    namesIn(exporter).some((name) => name.startsWith('sojourn.')),
  )
  check('Metrics of prom-client', true, (await register.metrics()).includes('sojourn_'))
  stop()
  await meterProvider.shutdown()
}

function namesIn(exporter: InMemoryMetricExporter): string[] {
  return exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics }) => metrics)
    .map(({ descriptor }) => descriptor.name)
}
