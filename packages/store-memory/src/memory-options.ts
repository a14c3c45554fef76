import { type SessionId, SessionUsageError } from '@sojourn/core'
import { checkOptions } from '@sojourn/core/store'

/** How much a memory backend may keep, and whom it tells. */
export interface MemoryOptions {
  /** How many live sessions are kept; one more displaces the one used longest ago. @default 100_000 */
  readonly max?: number
  /** Called with the id of each session that was displaced by `max`. It must not throw. */
  readonly onDisplaced?: (id: SessionId) => void
  /** Is told once per process that memory is no place for sessions in production. @default console.warn */
  readonly warn?: (message: string) => void
}

/**
 * The options with their defaults.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` when `max` is not a positive integer, or for an option that is unknown.
 */
export function resolveOptions(options: MemoryOptions): Required<MemoryOptions> {
  checkOptions(options, { max: true, onDisplaced: true, warn: true }, 'The memory store')
  const { max = 100_000, onDisplaced = () => undefined, warn = console.warn } = options
  if (Number.isSafeInteger(max) && max > 0) return { max, onDisplaced, warn }
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    `The memory store cannot keep at most ${max} sessions. Give 'max' as a positive integer, or leave it out for 100,000.`,
  )
}

let hasWarned = false

/** Says once per process what memory cannot do, where `NODE_ENV` is `production`. */
export function warnInProduction(warn: (message: string) => void): void {
  if (hasWarned || process.env['NODE_ENV'] !== 'production') return
  hasWarned = true
  warn(
    'Sojourn keeps its sessions in memory: they are lost when the process restarts, and no other process sees them. ' +
      'In production use a store that outlives the process, such as @sojourn/store-redis.',
  )
}
