import { isThenable } from './is-thenable.ts'

/**
 * A value that is there at once, or a promise of it. A store in memory and a sealed cookie need no promise, and one that
 * nobody has to wait for costs more than most of what is done with its value.
 */
export type Awaitable<Value> = Value | Promise<Value>

/**
 * Calls `next` with a value: at once, or later if the value is a promise. Returns what `next` returns; a promise if the value
 * or the result is one.
 * @example
 * const row = andThen(backend.find(id, call), (found) => found ?? 'unknown')
 */
export function andThen<Value, Result>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return isThenable(value) ? Promise.resolve(value).then(next) : next(value)
}

/**
 * Calls `fail` with the error of a promise that is rejected. A value that is there at once has not failed. Returns a promise if
 * the value is one.
 */
export function orElse<Value>(
  value: Awaitable<Value>,
  fail: (error: unknown) => Awaitable<Value>,
): Awaitable<Value> {
  return isThenable(value) ? Promise.resolve(value).catch(fail) : value
}

/** Runs what may be done at once. What it throws becomes a rejection, so that callers handle failures in one way. */
export function rejectThrown<Result>(run: () => Awaitable<Result>): Awaitable<Result> {
  try {
    return run()
  } catch (error) {
    return Promise.reject(error)
  }
}
