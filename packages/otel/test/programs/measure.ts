// What measuring costs a request, in this process: median over rounds that alternate, so that a busy moment hits all alike.
//
//   npx tsx --conditions=@sojourn/source packages/otel/test/programs/measure.ts
import { context, trace } from '@opentelemetry/api'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import type { SessionManager } from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { instrumentSessions } from '../../src/index.ts'
import { prometheusMetrics } from '../../src/prometheus.ts'
import { startSdk, testManager } from '../support.ts'

const rounds = 41
const requests = 4_000

/** A page view of a user: one read of the store, no write. */
async function view(manager: SessionManager<TestData>, cookie: string): Promise<void> {
  const carrier = createTestCarrier({ cookie })
  const session = await manager.load(carrier)
  if (session.userId === undefined) throw new Error('not logged in')
  await manager.commit(session, carrier)
}

type Around = (run: () => Promise<void>) => Promise<void>
const plain: Around = (run) => run()

async function subject(instrument: (manager: SessionManager<TestData>) => unknown, around = plain) {
  const { manager } = testManager()
  const visitor = createVisitor(manager)
  await visitor.request((session) => session.login('ada'))
  instrument(manager)
  const { cookie = '' } = visitor
  return {
    times: [] as number[],
    round: () =>
      around(async () => {
        for (let n = 0; n < requests; n++) await view(manager, cookie)
      }),
  }
}

const sdk = startSdk()
const beneathSpan: Around = async (run) => {
  const span = sdk.tracer.startSpan('requests')
  await context.with(trace.setSpan(context.active(), span), run)
  span.end()
  sdk.takeSpans()
}

const subjects = {
  'not instrumented': await subject(() => undefined),
  'instrumented, no SDK': await subject((manager) => instrumentSessions(manager)),
  'metrics of OpenTelemetry': await subject((manager) =>
    instrumentSessions(manager, sdk.providers),
  ),
  'metrics of prom-client': await subject((manager) => prometheusMetrics(manager)),
  'metrics and spans': await subject(
    (manager) => instrumentSessions(manager, sdk.providers),
    beneathSpan,
  ),
}

for (let round = -5; round < rounds; round++)
  for (const { round: run, times } of Object.values(subjects)) {
    const startedAt = process.hrtime.bigint()
    await run()
    if (round >= 0) times.push(Number(process.hrtime.bigint() - startedAt) / requests)
  }

const medianOf = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
const base = subjects['not instrumented'].times
for (const [name, { times }] of Object.entries(subjects)) {
  const extra = medianOf(times.map((time, round) => time - (base[round] ?? 0)))
  const all = `${(medianOf(times) / 1000).toFixed(2)} µs a request`
  console.info(
    `${name.padEnd(26)} ${all}, ${(extra / 1000).toFixed(2)} µs more than not instrumented`,
  )
}
await sdk.shutdown()
