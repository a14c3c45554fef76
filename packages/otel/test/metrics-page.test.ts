// The reference lists what the code declares, no more and no less. The missing lines are in the message of a failure.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { combinationsOf } from '../src/attributes.ts'
import {
  boundSessions,
  durationBuckets,
  eventMetrics,
  liveSessions,
  liveUsers,
  type Metric,
  sessionDuration,
  storeDuration,
} from '../src/metrics.ts'
import { type MetricType, prometheusName } from '../src/prometheus-names.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/metrics.md'), 'utf8')

const metrics: readonly (readonly [Metric<never>, MetricType])[] = [
  ...Object.values(eventMetrics).map((metric) => [metric, 'counter'] as const),
  [sessionDuration, 'histogram'],
  [storeDuration, 'histogram'],
  [liveSessions, 'gauge'],
  [liveUsers, 'gauge'],
  [boundSessions, 'gauge'],
]

test('each metric has its line', () => {
  const lines = metrics.map(([metric, type]) => {
    const attributes = metric.attributes.map(({ name }) => `\`${name}\``).join(', ')
    const names = `\`${metric.name}\` | \`${prometheusName(metric, type)}\``
    return `| ${names} | ${metric.unit} | ${attributes} | ${metric.description} |`
  })
  expect(linesOf('| `sojourn.')).toEqual(lines)
})

test('each attribute has its line for each metric that has other values', () => {
  const lines = new Set(
    metrics.flatMap(([{ name: metric, attributes }]) =>
      attributes.map(({ name, values }) => {
        const of = ['sojourn.why', 'sojourn.reason', 'sojourn.operation'].includes(name)
          ? ` of \`${metric}\``
          : ''
        return `| \`${name}\`${of} | ${[...values].map((value) => `\`${value}\``).join(', ')} |`
      }),
    ),
  )
  expect(linesOf('| `', '## Attributes')).toEqual([...lines])
})

test('the number of series and the buckets are those of the code', () => {
  const atZero = Object.values(eventMetrics)
    .map(({ attributes }) => combinationsOf(attributes as never).length)
    .filter((count) => count <= 64)
  expect(page).toContain(`${atZero.reduce((sum, count) => sum + count, 0)} series begin at zero`)
  expect(page).toContain(durationBuckets.join(', '))
})

function linesOf(start: string, heading = '## Metrics'): string[] {
  const section = page.split(`${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  return section.split('\n').filter((line) => line.startsWith(start))
}
