/** A promise with the functions that settle it. */
export interface Deferred<Value = void> {
  readonly promise: Promise<Value>
  resolve(value: Value): void
  reject(error: unknown): void
}

/**
 * Returns a promise and the functions that settle it, as `Promise.withResolvers` does since Node 22.
 *
 * @example
 * ```ts
 * import { deferred } from '@sojourn/conformance/testing'
 *
 * const arrived = deferred()
 * server.on('request', () => arrived.resolve())
 * await arrived.promise
 * ```
 */
export function deferred<Value = void>(): Deferred<Value> {
  let resolve: (value: Value) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<Value>((fulfil, refuse) => {
    resolve = fulfil
    reject = refuse
  })
  return { promise, resolve, reject }
}
