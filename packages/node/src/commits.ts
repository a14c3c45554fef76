/** What must happen before the first byte of a response. */
export interface Before {
  /** Ends the request's session. Called before the first byte, and again when the response has closed. */
  commit(): Promise<void> | undefined
  /** The commit failed: the response is as it was before, and somebody must answer with the error. Called once. */
  fail(error: unknown): void
}

/** A commit that failed. */
export interface Failure {
  readonly error: unknown
  readonly before: Before
}

/** Commits in parallel. Nothing is returned where there is nothing to wait for; else it resolves to the first failure. */
export function commitAll(befores: readonly Before[]): Promise<Failure | undefined> | undefined {
  const outcomes = befores.flatMap((before) => {
    const done = before.commit()
    if (!done) return []
    return done.then(
      () => undefined,
      (error: unknown) => ({ error, before }),
    )
  })
  if (outcomes.length === 0) return undefined
  return Promise.all(outcomes).then((all) => all.find((failure) => failure !== undefined))
}
