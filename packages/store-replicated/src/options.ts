import type { Duration } from '@sojourn/core'
import { check, checkOptions, milliseconds, type SessionBackend } from '@sojourn/core/store'
import type { InstanceFailure } from './instance.ts'

/** The databases by name. The names are kept in the databases, so they must be the same on all servers, and for good. */
export type Instances = Readonly<Record<string, SessionBackend>>

/** Options of `replicatedBackend`. */
export interface ReplicatedOptions {
  /**
   * How long an instance may be cut off: for so long at least all others remember that a session has ended. They remember the end
   * of a session that was acknowledged for as long as any acknowledged copy of it could be live, however long that is.
   * @default '24h'
   */
  readonly partition?: Duration
  /**
   * How long one call of one instance may take. Nobody waits for it while a quorum answers. Below the manager's `storeTimeout`.
   * @default '500ms'
   */
  readonly timeout?: Duration
  /** Called with every call of an instance that fails; must not throw. @default none */
  readonly onFailed?: (failure: InstanceFailure) => void
}

/** The options, checked and complete. Times are in ms. */
export interface ResolvedOptions {
  readonly partitionMs: number
  readonly timeoutMs: number
  readonly onFailed: (failure: InstanceFailure) => void
}

const needed = ['conditionalWrite', 'list', 'scan'] as const

/**
 * Returns the options with their defaults.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for fewer than three instances, an even number of them, one that lacks what the
 * protocol needs, or a wrong option.
 */
export function resolveOptions(instances: Instances, options: ReplicatedOptions): ResolvedOptions {
  checkInstances(instances)
  checkOptions(options, { partition: true, timeout: true, onFailed: true }, 'replicatedBackend()')
  const { partition = '24h', timeout = '500ms', onFailed = () => undefined } = options
  check(
    typeof onFailed === 'function',
    'onFailed is no function',
    'Give a function, or leave it out',
  )
  return {
    partitionMs: milliseconds(partition, 'partition'),
    timeoutMs: milliseconds(timeout, 'timeout'),
    onFailed,
  }
}

function checkInstances(instances: Instances): void {
  const entries = Object.entries(Object(instances) as Instances)
  check(
    entries.length >= 3 && entries.length % 2 === 1,
    `replicatedBackend() was given ${entries.length} instances`,
    'Give three or five, each under a name: { a: backendA, b: backendB, c: backendC }. An even number survives no more failures than one less',
  )
  for (const [name, backend] of entries) {
    const lacks = needed.filter((capability) => backend?.supports?.[capability] !== true)
    check(
      lacks.length === 0,
      `The instance ${name} does not support ${lacks.join(', ')}`,
      'Take a backend that passes the whole conformance suite, such as nodeRedisBackend(client)',
    )
  }
}
