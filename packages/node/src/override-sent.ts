import type { ServerResponse } from 'node:http'
import { bypassFields, overrideByFields } from './override-by-fields.ts'
import { bypassProperties, overrideByProperties } from './override-by-properties.ts'
import type { ReportedState, SentOverride } from './sent-override.ts'

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
