import { SessionError, SessionStoreError } from '../errors.ts'

/** Holds a signal that is only made when somebody reads it: most drivers cannot cancel, and it costs more than the timer. */
export interface Deadline {
  readonly signal: AbortSignal
}

/**
 * Runs one operation of a store and ends it after `ms`, whatever the store does (P8). A late answer is dropped.
 * @throws SessionStoreError `ERR_STORE_TIMEOUT` after the deadline; `ERR_STORE_UNAVAILABLE` around whatever else the
 * operation throws, unless that already is an error of Sojourn.
 */
export function withDeadline<Result>(
  run: (deadline: Deadline) => Promise<Result>,
  { timeoutMs, operation }: { timeoutMs: number; operation: string },
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      reject(timedOut(operation, timeoutMs))
      controller.abort()
    }, timeoutMs)
    const succeed = (result: Result) => {
      clearTimeout(timer)
      resolve(result)
    }
    const fail = (error: unknown) => {
      clearTimeout(timer)
      reject(asStoreError(error, operation))
    }
    try {
      run(controller).then(succeed, fail)
    } catch (error) {
      fail(error)
    }
  })
}

function timedOut(operation: string, ms: number): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_TIMEOUT',
    `The store did not answer '${operation}' within ${ms} ms; whether a write was applied is unknown. ` +
      'Check the store and the network to it, or raise storeTimeout.',
  )
}

function asStoreError(error: unknown, operation: string): SessionError {
  if (error instanceof SessionError) return error
  const why = error instanceof Error ? error.message : String(error)
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    `The store failed at '${operation}'${why ? `: ${why}` : ''}. See cause, and check that the store is up and reachable.`,
    error,
  )
}

/** Says when a while has passed; a plain timer, so that it also passes where the clock stands still. */
export interface TimeBudget {
  isExhausted(): boolean
  /** The promise, or the error when patience is exhausted before it has settled. */
  bound<Result>(promise: Promise<Result>, error: () => Error): Promise<Result>
  /** Must be called, or the timer keeps running. */
  end(): void
}

/** Patience for `ms`. */
export function createTimeBudget(timeoutMs: number): TimeBudget {
  let isExhausted = false
  let giveUp = () => {}
  let timer = setTimeout(() => {
    isExhausted = true
    giveUp()
  }, timeoutMs)
  return {
    isExhausted: () => isExhausted,
    bound(promise, error) {
      return new Promise((resolve, reject) => {
        promise.then(resolve, reject)
        // A little later: a write that sees for itself that patience is exhausted says so more exactly.
        giveUp = () => {
          timer = setTimeout(() => reject(error()), timeoutMs / 5)
        }
      })
    },
    end: () => clearTimeout(timer),
  }
}
