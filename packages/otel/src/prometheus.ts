// Metrics for Prometheus alone. This entry point does not load @opentelemetry/api; it needs prom-client.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { check, checkOptions } from '@sojourn/core/store'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type Instruments, type MeasuredManager, measure, observeLiveSessions } from './measure.ts'
import { measureOnce } from './measure-once.ts'
import { durationBuckets, type Metric } from './metrics.ts'
import { labelName, labelsOf, prometheusName } from './prometheus-names.ts'

export type { MeasuredManager }

/** Options of `prometheusMetrics`. */
export interface PrometheusOptions {
  /** Where the metrics are kept, such as the registry that has your own. @default a new one */
  readonly register?: Registry
  /**
   * True: counts the live sessions and users of the whole store, by a scan when the metrics are read, as `manager.stats()` does.
   * One process is enough for that; the count of all is the same.
   * @default false
   */
  readonly liveSessions?: boolean
}

/** The metrics of a manager, and how they are served. */
export interface PrometheusMetrics {
  readonly register: Registry
  /** Responds with the metrics as text, to a Fetch `Request`. It needs no `this`. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Responds with the metrics as text, to a request of `node:http`, Express, Fastify (`request.raw`) or Koa (`ctx.req`). */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>
  /** Stops counting. The metrics keep what they have. */
  readonly stop: () => void
}

/**
 * Counts what a session manager does, for Prometheus: a counter of each event, and the durations of operations and of
 * calls of the store. No label holds anything of a request or of a user. The endpoint has no access control: mount it
 * where only Prometheus reaches it.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for an unknown option, for `liveSessions` with a store that cannot count or
 * a registry that has those of another manager, or if the registry has the metrics of this manager already.
 * @see docs/reference/metrics.md
 * @example
 * const { listener } = prometheusMetrics(manager)
 * createServer(listener).listen(9464, '127.0.0.1')
 */
export function prometheusMetrics(
  manager: MeasuredManager,
  options: PrometheusOptions = {},
): PrometheusMetrics {
  const { register = new Registry(), liveSessions } = checkOptions(
    options,
    { register: true, liveSessions: true },
    'prometheusMetrics()',
  )
  const instruments = instrumentsIn(register)
  const begin = () => {
    const stops = liveSessions ? [observeLiveSessions(manager, instruments)] : [] // first, because it may refuse
    return [...stops, measure(manager, instruments)]
  }
  const stop = measureOnce(manager, { target: register, call: 'prometheusMetrics()', begin })
  return {
    register,
    stop,
    async fetch({ method }) {
      const { status, headers, body } = await respond(register, method)
      return new Response(method === 'HEAD' ? null : body, { status, headers })
    },
    async listener({ method }, response) {
      const { status, headers, body } = await respond(register, method)
      response.writeHead(status, headers).end(body) // without the body for HEAD, as node:http does
    },
  }
}

/** Returns a response. That of a failure says nothing of its cause. */
async function respond(register: Registry, method: string | undefined) {
  const headers = { 'content-type': register.contentType, 'cache-control': 'no-store' }
  const refused = { 'content-type': 'text/plain' }
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, headers: { ...refused, allow: 'GET, HEAD' }, body: 'Send a GET.\n' }
  return register.metrics().then(
    (body) => ({ status: 200, headers, body }),
    () => ({ status: 500, headers: refused, body: 'The metrics could not be collected.\n' }),
  )
}

/**
 * Makes metrics in a registry. Several managers may share one: their counters and histograms are the same, and add up. Live sessions do not: those of
 * two managers may be the same ones, in one store.
 */
function instrumentsIn(register: Registry): Instruments {
  return {
    counter(metric) {
      const config = configOf(metric, 'counter')
      const known = register.getSingleMetric(config.name) as Counter | undefined
      const counter = known ?? new Counter(config)
      return (amount, attributes) => counter.inc(labelsOf(attributes), amount)
    },
    histogram(metric) {
      const config = { ...configOf(metric, 'histogram'), buckets: [...durationBuckets] }
      const known = register.getSingleMetric(config.name) as Histogram | undefined
      const histogram = known ?? new Histogram(config)
      return (seconds, attributes) => histogram.observe(labelsOf(attributes), seconds)
    },
    gauge(metric, observe) {
      const config = configOf(metric, 'gauge')
      check(
        register.getSingleMetric(config.name) === undefined,
        'The registry has the live sessions of another manager already',
        'Set liveSessions for one of them, or give each a registry of its own',
      )
      const gauge = new Gauge({
        ...config,
        aggregator: 'max', // each process has counted all sessions
        async collect() {
          const observed = await observe()
          gauge.reset()
          if (config.labelNames.length === 0) gauge.remove() // `reset` has set it to 0
          for (const [value, attributes] of observed) gauge.set(labelsOf(attributes), value)
        },
      })
      return () => register.removeSingleMetric(config.name)
    },
  }

  function configOf(metric: Metric<never>, type: 'counter' | 'histogram' | 'gauge') {
    return {
      name: prometheusName(metric, type),
      help: metric.description,
      labelNames: metric.attributes.map(({ name }) => labelName(name)),
      registers: [register],
    }
  }
}
