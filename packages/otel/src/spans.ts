import {
  type Context,
  createContextKey,
  context as otelContext,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { SessionEvent, SessionEventName, TracedOperation } from '@sojourn/core'
import { attributesOf, backendOperations, errorType, sessionOperation } from './attributes.ts'
import { eventNames, type MeasuredManager } from './measure.ts'
import { eventMetrics } from './metrics.ts'

/** Where a context holds what has happened in the operation of a session that is running in it. */
const happenedKey = createContextKey('sojourn.events')

/**
 * Makes a span of each operation, beneath the active span of the request. Where none is active or it is not recorded, nothing
 * is made: not for requests that the sampler leaves out, and not for polls that outlive a request. Returns a function that
 * stops it.
 */
export function traceOperations(manager: Pick<MeasuredManager, 'on' | 'trace'>, tracer: Tracer) {
  const stops = [
    manager.trace((operation, run) => {
      const active = otelContext.active()
      if (!trace.getSpan(active)?.isRecording()) return undefined
      const makeSpan = Object.hasOwn(backendOperations, operation) ? spanOfStore : spanOfSession
      return makeSpan(active, operation, run)
    }),
    ...eventNames.map((name) => manager.on(name, (event) => noteEvent(name, event))),
  ]
  return () => {
    for (const stop of stops) stop()
  }

  function spanOfSession(
    active: Context,
    operation: TracedOperation,
    run: () => Promise<unknown>,
  ): Promise<void> {
    const span = start(active, `sojourn.${operation}`, operation)
    const happened = new Set<string>()
    const within = trace.setSpan(active, span).setValue(happenedKey, happened)
    return endAfter(otelContext.with(within, run), span, () => {
      if (happened.size > 0) span.setAttribute('sojourn.events', [...happened])
    })
  }

  function spanOfStore(
    active: Context,
    operation: TracedOperation,
    run: () => Promise<unknown>,
  ): Promise<void> {
    const span = start(active, `sojourn.store.${operation}`, operation)
    return endAfter(otelContext.with(trace.setSpan(active, span), run), span)
  }

  function start(active: Context, name: string, operation: TracedOperation): Span {
    return tracer.startSpan(name, { attributes: { [sessionOperation.name]: operation } }, active)
  }
}

/** Ends a span with its operation. The error is its code alone: a message may hold an id. */
function endAfter(running: Promise<unknown>, span: Span, complete = () => {}): Promise<void> {
  return running.then(
    () => {
      complete()
      span.end()
    },
    (error: unknown) => {
      complete()
      span.setAttributes(attributesOf([errorType], { operation: '', error }))
      span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  )
}

/** Notes an event for the span of the operation that is running, such as `discarded stale`. */
function noteEvent<Name extends SessionEventName>(name: Name, event: SessionEvent<Name>): void {
  const happened = otelContext.active().getValue(happenedKey)
  if (!(happened instanceof Set)) return
  const attributes = attributesOf(eventMetrics[name].attributes, event)
  const why = attributes['sojourn.why'] ?? attributes['sojourn.reason'] ?? attributes['error.type']
  happened.add(why === undefined ? name : `${name} ${why}`)
}
