import { SessionError, SessionStoreError } from '../errors.ts'
import { afterPoll } from '../util/after-poll.ts'
import type { Awaitable } from '../util/and-then.ts'
import { isThenable } from '../util/is-thenable.ts'

/**
 * The deadline of one operation: an `AbortController` that is made when its signal is first read. Read it late: most
 * drivers cannot cancel, and the signal costs more than the timer.
 */
export class Deadline {
  #controller: AbortController | undefined
  #hasPassed = false

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#hasPassed) this.#controller.abort()
    return this.#controller.signal
  }

  /** Aborts the signal, also one that is read later. */
  pass(): void {
    this.#hasPassed = true
    this.#controller?.abort()
  }
}

/** How `withDeadline` runs an operation. */
export interface DeadlineOptions<Result, Given extends Deadline> {
  readonly timeoutMs: number
  /** Its name, for the error. */
  readonly operation: string
  /** What `run` is given. */
  readonly deadline: Given
  /** Returns the error of a result that is not acceptable. @default all are */
  readonly errorOf?: (result: Result) => Error | undefined
  /** Called with the error of an operation that fails. @default not called */
  readonly onError?: (error: Error) => void
}

/**
 * Runs one operation of a store and settles after `timeoutMs` at the latest, even if the operation does not (P8). Aborts
 * the signal at the deadline; a result that arrives later is dropped. A reply that has arrived while a handler blocked
 * the process still counts: at the deadline the event loop reads what has come in before the operation fails.
 *
 * A result that is there at once is returned without a promise, and needs no timer. A failure always is a rejection.
 *
 * The options are there so that an operation costs one promise: an async function around this one would be another.
 * @throws SessionStoreError `ERR_STORE_TIMEOUT` at the deadline; `ERR_STORE_UNAVAILABLE` with the `cause` if the
 * operation fails with anything but a `SessionError`.
 */
export function withDeadline<Result, Given extends Deadline>(
  run: (deadline: Given) => Promise<Result>,
  options: DeadlineOptions<Result, Given>,
): Promise<Result>
export function withDeadline<Result, Given extends Deadline>(
  run: (deadline: Given) => Awaitable<Result>,
  options: DeadlineOptions<Result, Given>,
): Awaitable<Result>
export function withDeadline<Result, Given extends Deadline>(
  run: (deadline: Given) => Awaitable<Result>,
  options: DeadlineOptions<Result, Given>,
): Awaitable<Result> {
  const { deadline, operation, errorOf, onError } = options
  try {
    const result = run(deadline)
    if (isThenable(result)) return settleInTime(result, options)
    const error = errorOf?.(result)
    if (error === undefined) return result
    throw error
  } catch (thrown) {
    const error = asStoreError(thrown, operation)
    onError?.(error)
    return Promise.reject(error)
  }
}

/** Returns a promise that settles as `running` does, or at the deadline. */
function settleInTime<Result>(
  running: PromiseLike<Result>,
  { timeoutMs, operation, deadline, errorOf, onError }: DeadlineOptions<Result, Deadline>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let isSettled = false
    const rejectWith = (error: Error) => {
      isSettled = true
      clearTimeout(timer)
      onError?.(error)
      reject(error)
    }
    const giveUp = () => {
      if (isSettled) return
      rejectWith(timedOut(operation, timeoutMs))
      deadline.pass()
    }
    const fail = (error: unknown) => {
      if (!isSettled) rejectWith(asStoreError(error, operation))
    }
    const succeed = (result: Result) => {
      if (isSettled) return
      try {
        const error = errorOf?.(result)
        if (error) return rejectWith(error)
      } catch (error) {
        return fail(error)
      }
      isSettled = true
      clearTimeout(timer)
      resolve(result)
    }
    const timer = setTimeout(() => afterPoll(giveUp), timeoutMs)
    try {
      running.then(succeed, fail)
    } catch (error) {
      fail(error) // of a thenable that is no promise
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

/**
 * Runs work within a time budget, and settles soon after it at the latest: application code that the work waits for may
 * never end. Work that finds the budget exhausted must not write any more, because its caller has the error already.
 * @param timedOut the error of work that is still running `graceMs` after the end of the budget.
 * @param graceMs how long one operation takes at most; a last one that began in time may end. @default a fifth of the budget
 */
export async function withTimeBudget<Result>(
  timeoutMs: number,
  work: (budget: TimeBudget) => Promise<Result>,
  timedOut: () => Error,
  graceMs = timeoutMs / 5,
): Promise<Result> {
  const budget = createTimeBudget(timeoutMs, graceMs)
  try {
    return await budget.bound(work(budget), timedOut)
  } finally {
    budget.end()
  }
}

/** A time limit over several operations. */
export interface TimeBudget {
  isExhausted(): boolean
  /**
   * Returns a promise that settles as `promise` does. If that is still pending `graceMs` after the budget is exhausted, it
   * rejects with `error()`. Call it at most once.
   */
  bound<Result>(promise: Promise<Result>, error: () => Error): Promise<Result>
  /** Stops the timer. Must be called, or the timer keeps the process alive until it fires. */
  end(): void
}

/**
 * Starts a time budget of `timeoutMs`. It runs on plain timers, not on the manager's clock, so it is exhausted even
 * where that clock stands still. It is spent in fifths, each by a timer of its own: a process that stands still for as
 * long as the whole budget, with its store, spends one of them, and its work goes on.
 */
export function createTimeBudget(timeoutMs: number, graceMs = timeoutMs / fifths): TimeBudget {
  let isExhausted = false
  let hasEnded = false
  let giveUp = () => {}
  const exhaust = () => {
    if (hasEnded) return
    isExhausted = true
    giveUp()
  }
  const spend = (left: number): ReturnType<typeof setTimeout> =>
    setTimeout(() => {
      if (left > 1) timer = spend(left - 1)
      else afterPoll(exhaust)
    }, timeoutMs / fifths)
  let timer = spend(fifths)
  return {
    isExhausted: () => isExhausted,
    bound(promise, error) {
      return new Promise((resolve, reject) => {
        promise.then(resolve, reject)
        // Work that checks isExhausted() itself rejects with a more exact error, so it gets a little more time.
        giveUp = () => {
          timer = setTimeout(() => reject(error()), graceMs)
        }
      })
    },
    end() {
      hasEnded = true
      clearTimeout(timer)
    },
  }
}

const fifths = 5
