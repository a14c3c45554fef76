import type { SessionBackend } from '@sojourn/core/store'
import { deferred } from './deferred.ts'
import {
  type Interceptor,
  interceptOperations,
  type Operation,
  type Operations,
  writeOperations,
} from './intercept-operations.ts'
import { referenceBackend } from './reference-backend.ts'

/** An interception of operations, until it is stopped. */
export interface Interception {
  /** How many calls were affected. */
  readonly count: number
  /** Lets further calls pass unchanged. */
  stop(): void
}

/** Calls that wait for the test. */
export interface Hold {
  /** Resolves when the first call waits. */
  readonly reached: Promise<void>
  /** Lets the waiting calls and all further ones through. */
  release(): void
}

/** How operations fail. */
export interface FaultOptions {
  /** What the operation rejects with. @default new Error('ECONNREFUSED') or new Error('ECONNRESET') */
  readonly error?: Error
  /** How many calls fail. @default Infinity */
  readonly times?: number
}

/** How replies are lost. */
export interface LostReplyOptions extends FaultOptions {
  /** Runs after the operation was applied and before it rejects, to let another request in. */
  meanwhile?(): Promise<unknown>
}

/** Controls the backends that `wrap` returns. */
export interface BackendControl {
  /** Returns the backend under this control. May be called for several backends. */
  wrap(backend: SessionBackend): SessionBackend
  /** The operations called so far, oldest first. Tests may empty the array. */
  readonly calls: Operation[]
  /** Returns `calls` and empties it. */
  takeCalls(): Operation[]
  /** Resolves as soon as one of the operations is in `calls`. */
  called(operations: Operations): Promise<void>
  /** Holds operations before they reach the backend. @default writeOperations */
  hold(operations?: Operations): Hold
  /** Makes operations reject without reaching the backend. @default writeOperations */
  fail(operations?: Operations, options?: FaultOptions): Interception
  /** Applies operations and then makes them reject, as if the connection broke. @default writeOperations */
  loseReplies(operations?: Operations, options?: LostReplyOptions): Interception
  /** Runs `interceptor` in place of operations. The one added first runs outermost. */
  intercept(operations: Operations, interceptor: Interceptor): Interception
  /** Stops all interceptions and releases all holds. */
  restore(): void
}

/** A backend and the control over it. */
export interface ControlledBackend extends BackendControl {
  readonly backend: SessionBackend
}

/**
 * Returns a backend whose operations a test can record, hold, delay and fail.
 *
 * By default it is a backend in memory that cannot `scan`. With one that can, a store looks once a second whether
 * `revokeEverybody` was called, before it creates a session: that `find` would be among the calls of a slow test, and not
 * among those of a fast one.
 *
 * @example
 * ```ts
 * import { controlledBackend } from '@sojourn/conformance/testing'
 * import { keyedStore } from '@sojourn/core/store'
 *
 * const control = controlledBackend()
 * const store = keyedStore(control.backend)
 *
 * const held = control.hold() // writes wait
 * await held.reached
 * held.release()
 *
 * const outage = control.fail('find') // as if the database were down
 * outage.stop()
 *
 * control.loseReplies('replace', { times: 1 }) // written, but the client sees an error
 *
 * control.intercept('find', async (run) => {
 *   const found = await run()
 *   await anotherRequest() // between the read and what follows it
 *   return found
 * })
 *
 * console.log(control.calls) // ['insert', 'find', …]
 * ```
 */
export function controlledBackend(
  backend: SessionBackend = referenceBackend({ scans: false }),
): ControlledBackend {
  const control = createBackendControl()
  return { ...control, backend: control.wrap(backend) }
}

/**
 * Returns a control that is not yet over any backend; `wrap` puts backends under it. With `atOnce`, it passes on what a backend
 * returns for operations that are not intercepted; else all of them return promises.
 */
export function createBackendControl({ atOnce = false } = {}): BackendControl {
  const calls: Operation[] = []
  const waiting = new Set<{ readonly operations: readonly Operation[]; resolve(): void }>()
  const interceptors = new Map<symbol, { affected: readonly Operation[]; run: Interceptor }>()
  const holds = new Set<() => void>()

  const record = (operation: Operation) => {
    calls.push(operation)
    for (const waiter of waiting) {
      if (!waiter.operations.includes(operation)) continue
      waiting.delete(waiter)
      waiter.resolve()
    }
  }

  const intercept: BackendControl['intercept'] = (operations, interceptor) => {
    const affected = listOf(operations)
    const key = Symbol()
    let count = 0
    const run: Interceptor = (run, operation) => {
      if (!affected.includes(operation)) return run()
      count++
      return interceptor(run, operation)
    }
    interceptors.set(key, { affected, run })
    return {
      get count() {
        return count
      },
      stop: () => void interceptors.delete(key),
    }
  }

  /** Intercepts the first `times` calls, then stops. */
  const interceptTimes = (operations: Operations, times: number, interceptor: Interceptor) => {
    const interception = intercept(operations, (run, operation) => {
      if (interception.count >= times) interception.stop()
      return interceptor(run, operation)
    })
    return interception
  }

  /** Returns a backend that calls `controlled` for operations that are intercepted, and the other one for the rest. */
  const passingOn = (backend: SessionBackend, controlled: SessionBackend): SessionBackend => {
    const target = (operation: Operation) => {
      const isIntercepted = [...interceptors.values()].some((each) =>
        each.affected.includes(operation),
      )
      if (!isIntercepted) record(operation)
      return isIntercepted ? controlled : backend
    }
    return {
      ...controlled,
      find: (...args) => target('find').find(...args),
      insert: (...args) => target('insert').insert(...args),
      replace: (...args) => target('replace').replace(...args),
      touch: (...args) => target('touch').touch(...args),
    }
  }

  return {
    calls,
    takeCalls: () => calls.splice(0),
    wrap(backend) {
      const controlled = interceptOperations(backend, (run, operation) => {
        record(operation)
        let call = run
        for (const interceptor of [...interceptors.values()].reverse()) {
          const inner = call
          call = () => interceptor.run(inner, operation)
        }
        return call()
      })
      return atOnce ? passingOn(backend, controlled) : controlled
    },
    async called(operations) {
      const awaited = listOf(operations)
      if (calls.some((call) => awaited.includes(call))) return
      const { promise, resolve } = deferred()
      waiting.add({ operations: awaited, resolve })
      return promise
    },
    hold(operations = writeOperations) {
      const reached = deferred()
      const released = deferred()
      const { stop } = intercept(operations, async (run) => {
        reached.resolve()
        await released.promise
        return run()
      })
      const release = () => {
        stop()
        released.resolve()
      }
      holds.add(release)
      return { reached: reached.promise, release }
    },
    fail: (
      operations = writeOperations,
      { error = new Error('ECONNREFUSED'), times = Number.POSITIVE_INFINITY } = {},
    ) => interceptTimes(operations, times, () => Promise.reject(error)),
    loseReplies: (
      operations = writeOperations,
      { error = new Error('ECONNRESET'), times = Number.POSITIVE_INFINITY, meanwhile } = {},
    ) =>
      interceptTimes(operations, times, async (run) => {
        await run()
        await meanwhile?.()
        throw error
      }),
    intercept,
    restore() {
      interceptors.clear()
      for (const release of holds) release()
      holds.clear()
    },
  }
}

function listOf(operations: Operations): readonly Operation[] {
  return typeof operations === 'string' ? [operations] : operations
}
