/**
 * The promise that `login`, `destroy` and `update` return. It records whether the application handles its outcome: by
 * `await`, `then`, `catch`, `finally`, or by handing it to `Promise.all` and the like, which call `then`.
 */
export class OperationPromise<Result> extends Promise<Result> {
  isHandled = false

  /** What is chained to it are plain promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // biome-ignore lint/suspicious/noThenProperty: overrides the method of Promise
  override then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((result: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.isHandled = true
    return super.then(onFulfilled, onRejected)
  }
}

/** An operation that was called and whose outcome the commit may have to take over. */
export interface RunningOperation {
  /** `'login'`, `'destroy'`, `'destroyAll'` or `'update'`. */
  readonly name: string
  readonly promise: OperationPromise<unknown>
  /** Resolves when the operation has ended and it is known whether the application handles a failure. */
  readonly done: Promise<void>
}
