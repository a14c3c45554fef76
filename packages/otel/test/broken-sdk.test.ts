// Whatever an SDK does wrong harms no request, ends no process, and is reported.
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createVisitor } from '@sojourn/conformance/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { instrumentSessions } from '../src/index.ts'
import { testManager } from './support.ts'

const unhandled = vi.fn()
beforeEach(() => {
  process.on('unhandledRejection', unhandled)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
})
afterEach(() => {
  process.off('unhandledRejection', unhandled)
  context.disable()
})

const quiet: SpanProcessor = {
  onStart: () => undefined,
  onEnd: () => undefined,
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
}
const throws = () => {
  throw new Error('broken')
}

test.each(['onStart', 'onEnd'])('a span processor whose %s throws', async (method) => {
  const working = new BasicTracerProvider({ spanProcessors: [quiet] })
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [{ ...quiet, [method]: throws }],
  })
  const warn = vi.fn()
  const { manager, fail } = testManager({ warn })
  instrumentSessions(manager, { tracerProvider, meterProvider: new MeterProvider() })
  const visitor = createVisitor(manager)
  await working.getTracer('test').startActiveSpan('request', async () => {
    await visitor.request((session) => session.login('ada'))
    fail(['find'], { times: 1 })
    await expect(visitor.request()).rejects.toThrow('The session store is unavailable')
    expect(await visitor.request(({ userId }) => userId)).toBe('ada')
  })
  await new Promise((resolve) => setImmediate(resolve)) // Node reports rejections after the microtasks
  expect(unhandled).not.toHaveBeenCalled()
  const problem = "A tracer failed at 'find'. Mend it; the session is unharmed."
  expect(warn).toHaveBeenCalledWith(problem, new Error('broken'))
})
