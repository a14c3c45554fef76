import type { Attributes } from './attributes.ts'
import type { Metric } from './metrics.ts'

/** The types of metrics that there are. */
export type MetricType = 'counter' | 'histogram' | 'gauge'

/**
 * Returns the name of a metric in Prometheus. The exporters of OpenTelemetry make the same, so that one dashboard serves both.
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/
 */
export function prometheusName({ name, unit }: Metric<never>, type: MetricType): string {
  const words = labelName(name)
  const withUnit = unit === 's' ? `${words}_seconds` : words
  return type === 'counter' ? `${withUnit}_total` : withUnit
}

/** Returns the name of an attribute in Prometheus. */
export function labelName(attribute: string): string {
  return attribute.replaceAll('.', '_')
}

/** Returns attributes as labels. */
export function labelsOf(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [labelName(name), String(value)]),
  )
}
