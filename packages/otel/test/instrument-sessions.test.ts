// The real SDK, real servers and real requests: what is exported is what the requests did.
import { context, trace } from '@opentelemetry/api'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace-base'
import { createJar, createVisitor } from '@sojourn/conformance/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { instrumentSessions } from '../src/index.ts'
import { servers, type TestServer } from './servers.ts'
import { linesOf, type Sdk, startSdk, type TestManager, testManager } from './support.ts'

describe.each(Object.keys(servers))('on %s', (framework) => {
  let sdk: Sdk
  let made: TestManager
  let server: TestServer
  let stop: () => void

  beforeAll(async () => {
    sdk = startSdk()
    made = testManager({ touchInterval: '1m', storeTimeout: '5s' })
    stop = instrumentSessions(made.manager, sdk.providers)
    const serve = servers[framework]
    if (!serve) throw new Error(`no server for ${framework}`)
    server = await serve(made.manager, sdk.tracer)
  })
  afterAll(async () => {
    await server.close()
    await sdk.shutdown()
  })

  test('metrics equal what the test did', async () => {
    const ada = createJar()
    const statuses: number[] = []
    const get = async (path: string, jar = ada) => void statuses.push(await server.get(path, jar))
    for (const path of ['/', '/view', '/count', '/count', '/update', '/view']) await get(path)
    const before = createJar(ada.header)
    await get('/log-in')
    for (let n = 0; n < 5; n++) await get('/view')
    await get('/view', before) // the old token
    await get('/log-in') // again
    await get('/rotate')
    made.clock.now += 120_000
    await get('/view') // a touch
    for (let n = 0; n < 3; n++) await get('/view', createJar('sid=forged'))
    const copy = createJar(ada.header)
    await get('/log-out')
    await get('/count', copy)
    expect(statuses.every((status) => status === 200)).toBe(true)

    const down = made.fail(['find'])
    await get('/view', copy)
    down.stop()
    expect(statuses.at(-1)).toBe(503)

    expect(linesOf(await sdk.series(), 'sojourn.session.')).toEqual([
      'committed{by=commit,changed=false,logged_in=true} 2', // the rotation and the touch
      'committed{by=commit,changed=true,logged_in=false} 2',
      'committed{by=update,changed=true,logged_in=false} 1',
      'created{logged_in=false} 1',
      'created{logged_in=true} 1',
      'discarded{what=changes,why=ended} 1',
      'discarded{what=token,why=ended} 2',
      'discarded{what=token,why=malformed} 3',
      'ended{reason=login} 1',
      'ended{reason=logout} 1',
      'failed{error.type=ERR_STORE_UNAVAILABLE,operation=find} 1',
      'loaded{logged_in=false} 4',
      'loaded{logged_in=true} 9',
      'logged_in{again=false} 1',
      'logged_in{again=true} 1',
      'rotated{why=cause} 2',
      'touched{logged_in=true} 1',
    ])
    expect(linesOf(await sdk.series(), 'sojourn.operation.')).toEqual([
      'duration{error.type=ERR_STORE_UNAVAILABLE,operation=load} 1',
      'duration{operation=commit} 4',
      'duration{operation=destroy} 1',
      'duration{operation=load} 18',
      'duration{operation=login} 2',
      'duration{operation=update} 1',
    ])
    expect(linesOf(await sdk.series(), 'sojourn.store.operation.')).toEqual([
      'duration{error.type=ERR_STORE_UNAVAILABLE,operation=find} 1',
      'duration{operation=find} 15',
      'duration{operation=insert} 2',
      'duration{operation=remove} 2',
      'duration{operation=replace} 4',
      'duration{operation=touch} 1',
    ])
  })

  test('spans are beneath that of the request, and those of handlers are not beneath load', async () => {
    const jar = createJar()
    await server.get('/count', jar)
    sdk.takeSpans()
    await server.get('/count', jar)
    expect(await treeOf(sdk)).toEqual([
      'request',
      '  handler',
      '  sojourn.commit [committed]',
      '    sojourn.store.replace',
      '  sojourn.load [loaded]',
      '    sojourn.store.find',
    ])
    await server.get('/log-in', jar)
    expect(await treeOf(sdk)).toEqual([
      'request',
      '  handler',
      '    sojourn.login [ended login, created, loggedIn]',
      '      sojourn.store.insert',
      '      sojourn.store.remove',
      '  sojourn.load [loaded]',
      '    sojourn.store.find',
    ])
    await server.get('/', createJar())
    expect(await treeOf(sdk)).toEqual(['request', '  handler'])
  })

  test('a failure is on its spans by its code, and a refused token by its reason', async () => {
    const jar = createJar()
    await server.get('/count', jar)
    sdk.takeSpans()
    const down = made.fail(['find'])
    await server.get('/view', jar)
    down.stop()
    expect(await treeOf(sdk)).toEqual([
      'request',
      '  sojourn.load [failed ERR_STORE_UNAVAILABLE] ERR_STORE_UNAVAILABLE',
      '    sojourn.store.find ERR_STORE_UNAVAILABLE',
    ])
    await server.get('/view', createJar('sid=forged'))
    expect(await treeOf(sdk)).toContain('  sojourn.load [discarded malformed]')
  })

  test('nothing that is exported names a user, a session or a token', async () => {
    const jar = createJar()
    await server.get('/count', jar)
    await server.get('/log-in', jar)
    const [listed] = await made.manager.sessions('ada@example.com')
    const down = made.fail(['replace'])
    expect(await server.get('/update', jar)).toBe(503)
    down.stop()
    const { id } = listed ?? { id: 'none' }
    const token = jar.header?.split('=')[1] ?? 'none'
    const spans = sdk.takeSpans().map((span) => ({ ...span, spanContext: undefined }))
    const exported = JSON.stringify([
      spans.map(({ name, attributes, events, status }) => ({ name, attributes, events, status })),
      await sdk.series(),
    ])
    expect(exported).toContain('ERR_STORE_UNAVAILABLE')
    for (const secret of [
      'ada@example.com',
      id,
      id.split('.')[0] ?? id,
      token,
      token.split('.')[3],
    ])
      expect(exported).not.toContain(secret)
  })

  test('nothing more is exported once it is stopped', async () => {
    stop()
    const before = linesOf(await sdk.series())
    sdk.takeSpans()
    await server.get('/count', createJar())
    expect(await treeOf(sdk)).toEqual(['request', '  handler'])
    expect(linesOf(await sdk.series())).toEqual(before)
  })
})

describe('no span is made', () => {
  const requests = async ({ manager }: TestManager) => {
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('ada'))
    await visitor.request()
  }

  test('without an active span, such as for a poll that outlives its request', async () => {
    const sdk = startSdk()
    const made = testManager()
    instrumentSessions(made.manager, sdk.providers)
    await requests(made)
    const ended = sdk.tracer.startSpan('upgrade')
    ended.end()
    await context.with(trace.setSpan(context.active(), ended), () => requests(made))
    expect(sdk.takeSpans().map(({ name }) => name)).toEqual(['upgrade'])
    await sdk.shutdown()
  })

  test('for a trace that is not sampled, and its metrics are complete', async () => {
    const sdk = startSdk({ sampler: new AlwaysOffSampler() })
    const made = testManager()
    instrumentSessions(made.manager, sdk.providers)
    await sdk.tracer.startActiveSpan('request', async (span) => {
      await requests(made)
      span.end()
    })
    expect(sdk.takeSpans()).toEqual([])
    expect(linesOf(await sdk.series(), 'sojourn.operation.')).toEqual([
      'duration{operation=load} 1',
      'duration{operation=login} 1',
    ])
    await sdk.shutdown()
  })
})

test('a manager is instrumented once, until that is stopped', async () => {
  const sdk = startSdk()
  const made = testManager()
  const options = { ...sdk.providers, liveSessions: true }
  expect(() => instrumentSessions(made.manager, options)).toThrow(/liveSessions/)
  const stop = instrumentSessions(made.manager, sdk.providers)
  expect(() => instrumentSessions(made.manager, sdk.providers)).toThrow(
    /instrumentSessions\(\) was called twice .* Call it once/,
  )
  instrumentSessions(testManager().manager, sdk.providers)
  stop()
  instrumentSessions(made.manager, sdk.providers)
  stop() // has ended already
  expect(() => instrumentSessions(made.manager, sdk.providers)).toThrow(/twice/)
  await createVisitor(made.manager).request((session) => session.login('ada'))
  expect(linesOf(await sdk.series(), 'sojourn.operation.')).toEqual(['duration{operation=login} 1'])
  await sdk.shutdown()
})

/** Returns the spans as an indented tree, sorted by name, with the events and the error of each. */
async function treeOf(sdk: Sdk): Promise<string[]> {
  const spans = await settledSpans(sdk)
  const childrenOf = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent)
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .flatMap((span) => [
        `${'  '.repeat(depth)}${span.name}${notesOf(span.attributes)}`,
        ...childrenOf(span.spanContext().spanId, depth + 1),
      ])
  return childrenOf(undefined, 0)
}

/** Returns the spans once that of the request has ended, which may be after the client has the response. */
async function settledSpans(sdk: Sdk) {
  const spans: ReturnType<Sdk['takeSpans']> = []
  while (!spans.some(({ name }) => name === 'request')) {
    spans.push(...sdk.takeSpans())
    await new Promise((resolve) => setImmediate(resolve))
  }
  return spans
}

function notesOf(attributes: Readonly<Record<string, unknown>>): string {
  const { 'sojourn.events': events, 'error.type': error } = attributes
  const happened = Array.isArray(events) ? ` [${events.join(', ')}]` : ''
  return `${happened}${error === undefined ? '' : ` ${error}`}`
}
