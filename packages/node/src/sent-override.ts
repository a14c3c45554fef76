import type { ServerResponse } from 'node:http'
import { bypassFields, overrideByFields } from './override-by-fields.ts'
import { bypassProperties, overrideByProperties } from './override-by-properties.ts'

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

/**
 * Makes a response look sent: `headersSent` is true, and changing headers throws Node's own error, so that a second
 * send fails exactly as it would without this package.
 */
export function overrideSent(response: ServerResponse, reported: ReportedState): SentOverride {
  return overrideByFields(response, reported) ?? overrideByProperties(response, reported)
}

/** Calls `setHeaders`, which may set headers although the response looks sent. For the commit. */
export function bypassOverride(response: ServerResponse, setHeaders: () => void): void {
  bypassFields(response, () => bypassProperties(response, setHeaders))
}
