/** Returns true for promises of any kind. Reading `then` may throw. */
export function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof Object(result).then === 'function'
}
