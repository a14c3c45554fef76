/**
 * Returns true for promises of any kind, also where `instanceof Promise` does not: of another realm, or where an application
 * has replaced the global `Promise`, which async functions go on without. Reading `then` may throw.
 */
export function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as { then?: unknown } | null | undefined)?.then === 'function'
}
