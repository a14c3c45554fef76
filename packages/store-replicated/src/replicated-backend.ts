import { type BackendCall, groupOf, type SessionBackend } from '@sojourn/core/store'
import { copyOf, insertion, replacement, touching } from './decisions.ts'
import { Fleet } from './fleet.ts'
import { createGroupRecords } from './group-records.ts'
import { createGroups } from './groups.ts'
import { sessionKey } from './keys.ts'
import { createLimitedInsert } from './limited-insert.ts'
import { type Instances, type ReplicatedOptions, resolveOptions } from './options.ts'
import { Registers } from './registers.ts'
import { type RepairReport, Repairs } from './repair.ts'
import { scanAll } from './scan.ts'
import { liveIn, tombstoneIn } from './state.ts'
import { realTiming, type Timing } from './timing.ts'

/** How one instance is. */
export interface InstanceStatus {
  readonly name: string
  /** `ready`: it counts. `joining`: it is empty, or new, and counts once it is filled. `failing`: its last call failed. */
  readonly state: 'ready' | 'joining' | 'failing'
  /** Why it is failing. */
  readonly error?: Error
}

/** A backend over several independent ones. */
export interface ReplicatedBackend extends SessionBackend {
  /** Returns how each instance is, by what the last calls have shown. */
  instances(): readonly InstanceStatus[]
  /**
   * Compares all that the instances hold and repairs what differs. It happens by itself for an instance that comes back; call it
   * after work on one, before another is taken down. `signal` ends it early.
   * @throws SessionStoreError if an instance does not answer.
   */
  repair(signal?: AbortSignal): Promise<RepairReport>
}

/**
 * Creates a backend that keeps every session on several independent databases: a write succeeds once a quorum, the majority,
 * has it, and a read asks as many. A minority may fail, hang, be cut off or come back stale, and nothing that was acknowledged is lost,
 * and nothing that has ended comes back. A read costs one round trip, a write three.
 *
 * **Cluster or Sentinel is usually the better answer.** See docs/how-to/replicate-over-independent-redis.md.
 *
 * @param instances Three or five backends by name, each over a database of its own.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for too few instances, an even number, one that does not support
 * `conditionalWrite`, `list` and `scan`, or a wrong option.
 * @example
 * import { keyedStore } from '@sojourn/core/store'
 * import { replicatedBackend } from '@sojourn/store-replicated'
 *
 * const backend = replicatedBackend({ paris, london, berlin }, { partition: '48h' })
 * export const store = keyedStore(backend)
 * console.table(backend.instances())
 */
export function replicatedBackend(
  instances: Instances,
  options: ReplicatedOptions = {},
): ReplicatedBackend {
  return createReplicatedBackend(instances, options, realTiming)
}

/** As `replicatedBackend`, with time and chance given: for simulations. */
export function createReplicatedBackend(
  backends: Instances,
  options: ReplicatedOptions,
  timing: Timing,
): ReplicatedBackend {
  const { partitionMs, ...resolved } = resolveOptions(backends, options)
  const fleet: Fleet = new Fleet({
    backends,
    timing,
    ...resolved,
    onJoining: (instance) => repairs.fill(instance),
    onReturned: (instance, awayMs) => repairs.catchUp(instance, awayMs),
  })
  const registers: Registers = new Registers({
    fleet,
    partitionMs,
    onAdopt: (key, state, call) => records.adopt(key, state, call),
    onDiffering: (key) => repairs.repairSoon(key),
  })
  const repairs = new Repairs(fleet, registers)
  const records = createGroupRecords({ registers, timing, partitionMs })
  const groups = createGroups({ fleet, registers, records })
  const insertLimited = createLimitedInsert({ registers, records, groups, timing })
  const follow = <Call extends BackendCall>(call: Call): Call => {
    fleet.setTime(call.at)
    return call
  }

  return {
    supports: {
      conditionalWrite: true,
      revocation: true,
      list: true,
      limit: true,
      scan: true,
      retention: Object.values(backends).every(({ supports }) => supports.retention),
    },

    async find(id, call) {
      const state = await registers.read(sessionKey(id), follow(call))
      const live = liveIn(state, call.at)
      if (live) return copyOf(live.row)
      const tombstone = tombstoneIn(state, call.at)
      return tombstone ? { ended: tombstone.ended, at: tombstone.at } : null
    },

    async insert(id, row, call) {
      const { limit, isSolitary } = follow(call)
      if (limit) return insertLimited(id, row, call as typeof call & { limit: typeof limit })
      const known = isSolitary ? undefined : await records.read(groupOf(id), call)
      const own = { life: timing.tag(), after: known?.record.removal?.by }
      const decide = insertion(row, call.at, own)
      return registers.change('insert', sessionKey(id), call, decide)
    },

    replace(id, row, call) {
      const { at, expected } = follow(call)
      return registers.change('replace', sessionKey(id), call, replacement(row, at, expected))
    },

    touch(id, times, call) {
      const { at, expected } = follow(call)
      const decide = touching(times, at, { expected, by: timing.tag() })
      return registers.change('touch', sessionKey(id), call, decide)
    },

    async remove(id, call) {
      return (await groups.remove(id, follow(call))).row
    },

    list: (group, call) => groups.list(group, follow(call)),
    removeGroup: (group, call) => groups.removeGroup(group, follow(call)),
    scan: (call) => scanAll(fleet, registers, follow(call)),

    ...(fleet.hasClock ? { now: (call: BackendCall) => fleet.now(follow(call)) } : {}),
    ping: (call) => fleet.ping(follow(call)),

    async close() {
      repairs.close()
      await Promise.all(Object.values(backends).map((backend) => backend.close()))
    },

    instances: () =>
      fleet.instances.map((instance): InstanceStatus => {
        const { name, lastError } = instance
        if (lastError) return { name, state: 'failing', error: lastError }
        return { name, state: fleet.isReady(instance) ? 'ready' : 'joining' }
      }),
    repair: (signal) => repairs.repairAll(signal),
  }
}
