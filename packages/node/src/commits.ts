/** What runs before the first byte of a response is sent. */
export interface BeforeHeaders {
  /**
   * Saves the request's changes and sets the response's headers. Returns nothing if there is nothing to wait for.
   * Called before the first byte, and again when the response has closed.
   */
  commit(): Promise<void> | undefined
  /**
   * Called once if the commit fails. Nothing has been sent then, and the error's status and headers are on the
   * response: the application's error handler must send a response.
   */
  fail(error: unknown): void
}

/** A commit that failed, and the hook whose `fail` handles it. */
export interface Failure {
  readonly error: unknown
  readonly hook: BeforeHeaders
}

/**
 * Starts all commits, in parallel. Returns nothing if none has to be waited for, else a promise that resolves when
 * all have ended: to the first failure, or `undefined`.
 */
export function commitAll(
  hooks: readonly BeforeHeaders[],
): Promise<Failure | undefined> | undefined {
  const pending: Promise<Failure | undefined>[] = []
  for (const hook of hooks) {
    const committing = hook.commit()
    if (committing)
      pending.push(
        committing.then(
          () => undefined,
          (error: unknown) => ({ error, hook }),
        ),
      )
  }
  const [first] = pending
  if (pending.length < 2) return first
  return Promise.all(pending).then((outcomes) => outcomes.find((failure) => failure !== undefined))
}
