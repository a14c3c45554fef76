import { SessionError } from '@sojourn/core'

const texts: Readonly<Record<number, string>> = {
  403: 'This request came from another site.',
  409: 'Others kept writing meanwhile. Try again.',
  503: 'The session store does not respond. Try again in a moment.',
}

/** Returns the HTTP status of an error. */
export function statusOf(error: unknown): number {
  return error instanceof SessionError ? error.status : 500
}

/**
 * Returns what a response says of an error: no message of it, because `authorize` may have thrown it for a stranger. The
 * error itself goes to `onError`, if its status is 500 or above.
 */
export function explain(error: unknown, onError: (error: unknown) => void): string {
  const status = statusOf(error)
  if (status >= 500) {
    try {
      onError(error)
    } catch {
      // It is the last resort, and harms no response.
    }
  }
  return texts[status] ?? 'Something failed on the server; its log says more.'
}
