/**
 * Calls `next` with a value: at once, or later if the value is a promise. A promise that nobody has to wait for would
 * cost more than what most of the steps here do.
 */
export function andThen<Value, Result>(
  value: Value | Promise<Value>,
  next: (value: Value) => Result,
): Result | Promise<Result> {
  return value instanceof Promise ? value.then(next) : next(value)
}
