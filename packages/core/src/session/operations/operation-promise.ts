import type { TracedOperation } from '../../tracing.ts'

/**
 * The promise that `login`, `destroy` and `update` return. It records whether the application handles a failure: by
 * `await`, `catch`, `then` with a second function, or by handing it to `Promise.all` and the like, which call `then` so.
 * `then` with one function, and `finally`, pass a failure on to the promise that they return, so that one decides.
 */
export class OperationPromise<Result> extends Promise<Result> {
  #hasHandler = false
  #isMarked = false
  readonly #derived: OperationPromise<unknown>[] = []

  /** True if something is chained to it, and every end of that chain handles a failure. */
  get isHandled(): boolean {
    return (this.#hasHandler || this.isChained) && this.#derived.every(({ isHandled }) => isHandled)
  }

  /** True if something waits for its success, as `promise.then(() => response.send())` does. */
  get isChained(): boolean {
    return this.#derived.length > 0
  }

  // biome-ignore lint/suspicious/noThenProperty: overrides the method of Promise
  override then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((result: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    const next = super.then(onFulfilled, onRejected)
    if (typeof onRejected !== 'function') return this.#derive(next)
    this.#hasHandler = true
    return next
  }

  override finally(onFinally?: (() => void) | null): Promise<Result> {
    const hadHandler = this.#hasHandler
    const derived = super.finally(onFinally) // calls `then` with two functions
    this.#hasHandler = hadHandler
    return this.#derive(derived)
  }

  /** Makes it, and what passes its failure on, count as handled: an unhandled rejection would end the process. */
  markHandled(): void {
    this.#isMarked = true
    super.then(undefined, () => undefined)
    for (const promise of this.#derived) promise.markHandled()
  }

  #derive<Next>(promise: Promise<Next>): Promise<Next> {
    if (!(promise instanceof OperationPromise)) return promise
    this.#derived.push(promise)
    if (this.#isMarked) promise.markHandled()
    return promise
  }
}

/** An operation that was called and whose outcome the commit may have to take over. */
export interface RunningOperation {
  readonly name: TracedOperation
  readonly promise: OperationPromise<unknown>
  /** Resolves when the operation has ended and it is known whether the application handles a failure. */
  readonly done: Promise<void>
}
