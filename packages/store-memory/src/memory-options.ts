import { type SessionId, SessionUsageError } from '@sojourn/core'
import { checkOptions } from '@sojourn/core/store'

/** Options of `memoryStore` and `memoryBackend`. */
export interface MemoryOptions {
  /**
   * The maximum number of live sessions, a positive integer; one more displaces the one used longest ago. `Infinity`
   * displaces none, as the revocations of a cookie store need it: `memoryBackend({ max: Infinity })`.
   * @default 100_000
   */
  readonly max?: number
  /** Called with the id of each session displaced by `max`; must not throw. @default none */
  readonly onDisplaced?: (id: SessionId) => void
  /**
   * Called once per process if `NODE_ENV` is `production`, with a warning that sessions in memory are lost.
   * @default console.warn
   */
  readonly warn?: (message: string) => void
}

/**
 * Returns the options with their defaults.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `max` is neither a positive integer nor `Infinity`, or for an unknown option.
 */
export function resolveOptions(options: MemoryOptions): Required<MemoryOptions> {
  checkOptions(options, { max: true, onDisplaced: true, warn: true }, 'The memory store')
  const { max = 100_000, onDisplaced = () => undefined, warn = console.warn } = options
  const isCount = Number.isSafeInteger(max) && max > 0
  if (isCount || max === Number.POSITIVE_INFINITY) return { max, onDisplaced, warn }
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `The memory store cannot keep at most ${max} sessions. Give 'max' as a positive integer or Infinity, or leave it out for 100,000.`,
  )
}

let hasWarned = false

/** Warns once per process, if `NODE_ENV` is `production`, that memory does not outlive the process. */
export function warnInProduction(warn: (message: string) => void): void {
  if (hasWarned || process.env['NODE_ENV'] !== 'production') return
  hasWarned = true
  warn(
    'Sojourn keeps its sessions in memory: they are lost when the process restarts, and no other process sees them. ' +
      'In production use a store that outlives the process, such as @sojourn/store-redis.',
  )
}
