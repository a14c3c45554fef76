import type { NodeRedisConnection } from './clients.ts'
import { createStallDetector, type StallDetector } from './stall-detector.ts'

/** A detector that replaces the connections it finds, and tells an operator once. */
export interface StallReplacement extends StallDetector {
  /** See `RedisDriver.warnWith`. */
  warnWith(warn: (message: string) => void): void
}

/**
 * Creates a detector that closes stalled connections and opens them again. Commands that wait for a reply are rejected,
 * their outcome is unknown; none of them is sent again. Subscriptions of the application are renewed.
 */
export function replaceStalled(): StallReplacement {
  let warn: ((message: string) => void) | undefined
  const replace = (connection: NodeRedisConnection) => {
    // Otherwise the client or its application was faster.
    if (!connection.isOpen || !connection.isReady) return
    connection.destroy()
    // The client emits what goes wrong as 'error', and tries again as its reconnectStrategy says.
    connection.connect().catch(() => undefined)
    warn?.(stalled)
    warn = undefined
  }
  return {
    ...createStallDetector(replace),
    warnWith(warnOperator) {
      warn = warnOperator
    },
  }
}

const stalled =
  'A Redis connection of the session store looked open and gave no reply for 3 s, so the store has replaced it. This ' +
  'is told once. Something between drops connections silently: a NAT, a firewall, or a function that was paused. With ' +
  'socketTimeout, reconnectStrategy and pingInterval, as in the README, the client notices before a request does.'
