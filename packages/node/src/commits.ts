/** What must happen before the first byte of a response. */
export interface BeforeHeaders {
  /** Ends the request's session. Called before the first byte, and again when the response has closed. */
  commit(): Promise<void> | undefined
  /** The commit failed: the response is as it was before, and somebody must answer with the error. Called once. */
  fail(error: unknown): void
}

/** A commit that failed. */
export interface Failure {
  readonly error: unknown
  readonly before: BeforeHeaders
}

/** Commits in parallel. Nothing is returned where there is nothing to wait for; else it resolves to the first failure. */
export function commitAll(
  befores: readonly BeforeHeaders[],
): Promise<Failure | undefined> | undefined {
  const outcomes: Promise<Failure | undefined>[] = []
  for (const before of befores) {
    const done = before.commit()
    const fail = (error: unknown) => ({ error, before })
    if (done) outcomes.push(done.then(() => undefined, fail))
  }
  const [first] = outcomes
  if (outcomes.length < 2) return first
  return Promise.all(outcomes).then((all) => all.find((failure) => failure !== undefined))
}
