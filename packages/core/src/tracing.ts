import { check } from './util/check.ts'
import { isThenable } from './util/is-thenable.ts'
import { quote } from './util/quote.ts'

/**
 * An operation that a tracer sees. Of a session: `load` and `read` of a request that has a token, a `commit` that writes, and
 * the methods of `Session` that call the store. Of a database: each call of a `SessionBackend`, those that are sent again too,
 * but for the steps of a scan.
 */
export type TracedOperation =
  | 'load'
  | 'read'
  | 'commit'
  | 'login'
  | 'addFactor'
  | 'actAs'
  | 'stopActing'
  | 'destroy'
  | 'destroyAll'
  | 'update'
  | BackendOperation

/** A call of a `SessionBackend` that a tracer sees. */
export type BackendOperation =
  | 'find'
  | 'insert'
  | 'replace'
  | 'touch'
  | 'remove'
  | 'list'
  | 'removeGroup'
  | 'ping'
  | 'now'

/**
 * Called around an operation, such as to measure it or to run it in the context of a span. It calls `run`, synchronously, and
 * may wait for the promise. The operation runs even if it throws or does not call `run`, and nobody waits for what it
 * returns: a tracer sees an operation and cannot change it. If it returns a promise, it need not handle the failure of the
 * operation; another rejection is reported as what it throws is.
 */
export type SessionTracer = (operation: TracedOperation, run: () => Promise<unknown>) => unknown

/** Runs operations for the tracers of a manager. */
export interface Tracing {
  /** True while there is a tracer. Without one, callers run the operation themselves, so that nothing is made for it. */
  readonly isActive: boolean
  /** Runs an operation within all tracers, the first one outermost. `run` returns a promise and does not throw. */
  run<Result>(operation: TracedOperation, run: () => Promise<Result>): Promise<Result>
}

/** Returns a function that runs `run` when it is first called, and returns the same promise ever after. */
function once<Result>(run: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined
  return () => {
    running ??= run()
    return running
  }
}

/** Creates the tracing of one manager. The error of a tracer that throws goes to `warn`. */
export function createTracing(warn: (message: string, error: unknown) => void): {
  readonly tracing: Tracing
  /** Adds a tracer and returns the function that removes it. */
  readonly trace: (tracer: SessionTracer) => () => void
} {
  let tracers: readonly SessionTracer[] = []

  const call = (tracer: SessionTracer, operation: TracedOperation, run: () => Promise<unknown>) => {
    const fail = (error: unknown) =>
      warn(`A tracer failed at '${operation}'. Mend it; the session is unharmed.`, error)
    const failUnlessOfOperation = (error: unknown) => {
      const compare = (own: unknown) => void (own === error || fail(error))
      run().then(() => fail(error), compare)
    }
    try {
      const result = tracer(operation, run)
      if (isThenable(result)) Promise.resolve(result).then(undefined, failUnlessOfOperation)
    } catch (error) {
      fail(error)
    }
  }

  const tracing: Tracing = {
    get isActive() {
      return tracers.length > 0
    },
    run(operation, run) {
      let step = once(run)
      for (const tracer of tracers.toReversed()) {
        const inner = step
        step = once(() => {
          call(tracer, operation, inner)
          return inner()
        })
      }
      return step()
    },
  }

  const trace = (tracer: SessionTracer) => {
    check(
      typeof tracer === 'function',
      `The tracer is ${quote(tracer)}, not a function`,
      'Write: manager.trace((operation, run) => …)',
    )
    const added: SessionTracer = (operation, run) => tracer(operation, run) // the same one may be added twice
    tracers = [...tracers, added]
    return () => {
      tracers = tracers.filter((other) => other !== added)
    }
  }
  return { tracing, trace }
}
