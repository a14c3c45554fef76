import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { createVisitor, signInBrowser, testDeviceProtocol } from '@sojourn/conformance/testing'
import { keyedStore } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'
import { Counter, Registry } from 'prom-client'
import { afterEach, describe, expect, test } from 'vitest'
import { instrumentSessions } from '../src/index.ts'
import { type PrometheusMetrics, prometheusMetrics } from '../src/prometheus.ts'
import { startSdk, type TestManager, testManager } from './support.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** Makes some requests, one of which fails. */
async function someRequests({ manager, fail }: TestManager): Promise<void> {
  const visitor = createVisitor(manager)
  await visitor.request((session) => session.login('ada'))
  await visitor.request(({ data }) => void Object.assign(data, { n: 1 }))
  const down = fail(['find'], { times: 1 })
  await visitor.read().catch(() => undefined)
  down.stop()
  await visitor.request((session) => session.destroy())
}

/** Serves the metrics on a real port, and returns the address. */
async function serve({ listener }: PrometheusMetrics): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`
}

test('the endpoint of node:http and the function of Request return the same text', async () => {
  const made = testManager()
  const metrics = prometheusMetrics(made.manager)
  const address = await serve(metrics)
  await someRequests(made)
  const response = await fetch(address)
  const text = await response.text()
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'sojourn_session_created_total{sojourn_logged_in="true"} 1',
      'sojourn_session_ended_total{sojourn_reason="logout"} 1',
      'sojourn_session_ended_total{sojourn_reason="revoked"} 0', // so that a rate sees the first one
      'sojourn_session_failed_total{sojourn_operation="find",error_type="ERR_STORE_UNAVAILABLE"} 1',
      'sojourn_operation_duration_seconds_count{sojourn_operation="login"} 1',
      'sojourn_store_operation_duration_seconds_count{sojourn_operation="insert"} 1',
    ]),
  )
  const { fetch: respond } = metrics
  expect(await (await respond(new Request('http://sojourn.example/'))).text()).toBe(text)
})

describe('a request that is no GET', () => {
  test.each([
    ['HEAD', 200, ''],
    ['POST', 405, 'Send a GET.\n'],
  ])('%s', async (method, status, body) => {
    const metrics = prometheusMetrics(testManager().manager)
    const address = await serve(metrics)
    for (const response of [
      await fetch(address, { method }),
      await metrics.fetch(new Request(address, { method })),
    ])
      expect([response.status, await response.text()]).toEqual([status, body])
  })
})

test('a failure tells strangers nothing', async () => {
  const register = new Registry()
  const secret = 'redis://:password@10.0.0.1'
  const own = new Counter({
    name: 'own_total',
    help: 'own',
    registers: [register],
    collect: () => {
      throw new Error(secret)
    },
  })
  own.inc()
  const metrics = prometheusMetrics(testManager().manager, { register })
  const response = await fetch(await serve(metrics))
  expect(response.status).toBe(500)
  expect(await response.text()).toBe('The metrics could not be collected.\n')
})

test('two managers in one registry add up, and stop ends one of them', async () => {
  const register = new Registry()
  const [one, two] = [testManager(), testManager()]
  const first = prometheusMetrics(one.manager, { register })
  prometheusMetrics(two.manager, { register })
  await someRequests(one)
  await someRequests(two)
  first.stop()
  await someRequests(one)
  expect(await register.metrics()).toContain(
    'sojourn_session_created_total{sojourn_logged_in="true"} 2',
  )
})

test('a manager is counted once in a registry, until that is stopped', async () => {
  const register = new Registry()
  const made = testManager()
  const first = prometheusMetrics(made.manager, { register })
  expect(() => prometheusMetrics(made.manager, { register })).toThrow(
    /prometheusMetrics\(\) was called twice/,
  )
  prometheusMetrics(made.manager)
  first.stop()
  prometheusMetrics(made.manager, { register })
  await someRequests(made)
  expect(await register.metrics()).toContain(
    'sojourn_session_created_total{sojourn_logged_in="true"} 1',
  )
})

test('the workers of a cluster are added up by their primary process', async () => {
  const program = join(import.meta.dirname, 'programs/cluster.ts')
  const args = ['--conditions=@sojourn/source', '--import', 'tsx', program]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  expect(stdout).toContain('sojourn_session_created_total{sojourn_logged_in="true"} 2')
  expect(stdout).toContain('sojourn_operation_duration_seconds_count{sojourn_operation="login"} 2')
})

test('live sessions, users and bound sessions are counted by a scan, and not at all while the store is down', async () => {
  let isDown = true
  const backend = memoryBackend()
  const store = keyedStore({
    ...backend,
    scan: (call) => {
      if (isDown) throw new Error('ECONNREFUSED')
      return backend.scan(call)
    },
  })
  const made = testManager({ store, deviceBound: testDeviceProtocol() })
  const { register } = prometheusMetrics(made.manager, { liveSessions: true })
  const live = async () =>
    (await register.metrics()).match(/^sojourn_session_(live|users|device_bound).*$/gm) ?? []
  expect(await live()).toEqual([])
  isDown = false
  for (const user of ['ada', 'ada'])
    await createVisitor(made.manager).request((session) => session.login(user))
  const browser = await signInBrowser(made.manager)
  await browser.register()
  await browser.binding()
  await createVisitor(made.manager).request(({ data }) => void Object.assign(data, { n: 1 }))
  expect(await live()).toEqual([
    'sojourn_session_live{sojourn_logged_in="true"} 3',
    'sojourn_session_live{sojourn_logged_in="false"} 1',
    'sojourn_session_users 2',
    'sojourn_session_device_bound 1',
  ])
})

test('a store that cannot scan cannot count, and nothing is left of the attempt', async () => {
  const made = testManager()
  const register = new Registry()
  expect(() => prometheusMetrics(made.manager, { register, liveSessions: true })).toThrow(
    'liveSessions is true, and this store cannot count its sessions',
  )
  prometheusMetrics(made.manager, { register })
  await someRequests(made)
  expect(await register.metrics()).toContain(
    'sojourn_session_created_total{sojourn_logged_in="true"} 1', // once
  )
})

test('the live sessions of two managers cannot share a registry: their numbers would overwrite each other', async () => {
  const register = new Registry()
  const [one, two] = [testManager({}, memoryBackend()), testManager({}, memoryBackend())]
  prometheusMetrics(one.manager, { register, liveSessions: true })
  expect(() => prometheusMetrics(two.manager, { register, liveSessions: true })).toThrow(
    'The registry has the live sessions of another manager already',
  )
  prometheusMetrics(two.manager, { register })
  await someRequests(two)
  expect(await register.metrics()).toContain(
    'sojourn_session_created_total{sojourn_logged_in="true"} 1',
  )
})

test('OpenTelemetry exports the same names, labels and values to Prometheus', async () => {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const sdk = startSdk({ readers: [exporter] })
  closers.push(() => sdk.shutdown())
  const made = testManager()
  closers.push(instrumentSessions(made.manager, sdk.providers))
  const { register } = prometheusMetrics(made.manager)
  await someRequests(made)
  const { resourceMetrics } = await exporter.collect()
  const options = [undefined, false, undefined, true, true] as const
  const serializer = new PrometheusSerializer(...options)
  const ours = sampleLines(await register.metrics())
  expect(ours.length).toBeGreaterThan(80)
  // The rules have the unit in the name, and the exporter of JavaScript leaves it out.
  const withoutUnit = ours.map((line) => line.replace('_duration_seconds', '_duration'))
  expect(sampleLines(serializer.serialize(resourceMetrics))).toEqual(withoutUnit)
})

/** Returns the samples of our metrics with sorted labels; of durations, which differ, how many there are. */
function sampleLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('sojourn_') && !/_(bucket|sum)\b/.test(line))
    .map((line) => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? []
      const own = labels.split(',').filter((label) => label !== '' && !label.startsWith('otel_'))
      return `${name}{${own.toSorted().join(',')}} ${value}`
    })
    .toSorted()
}
