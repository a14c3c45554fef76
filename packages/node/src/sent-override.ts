/** What a response reports while the override is on, besides that its head has been sent. */
export interface ReportedState {
  /** Whether `end` was called. */
  readonly hasEnded: () => boolean
  /** Whether a `write` returned false, so that writers wait for 'drain'. */
  readonly needsDrain: () => boolean
}

/** An override that is on. */
export interface SentOverride {
  /** Makes the response look as after a `write` that returned false. */
  markWritten(): void
  /** Makes the response look ended. */
  markEnded(): void
  /** Turns the override off, and restores the status line of the time when it was turned on. */
  restore(): void
}
