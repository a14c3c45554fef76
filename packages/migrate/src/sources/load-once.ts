import { SessionUsageError } from '@sojourn/core'

/**
 * Returns a function that loads something with its first call, and again with the next one if that fails. With a `remedy`,
 * a failure is a `SessionUsageError` with it: for a package that is an optional peer.
 */
export function loadOnce<Value>(load: () => Promise<Value>, remedy?: string): () => Promise<Value> {
  let loading: Promise<Value> | undefined
  return () => {
    loading ??= load().catch((cause) => {
      loading = undefined
      throw remedy === undefined ? cause : new SessionUsageError('ERR_CONFIG_INVALID', remedy)
    })
    return loading
  }
}
