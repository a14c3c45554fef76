import type { SessionId } from '@sojourn/core'
import { TextSet } from '@sojourn/core/store'
import { inBatches } from './batches.ts'
import type { Fleet, Held } from './fleet.ts'
import type { Instance } from './instance.ts'
import { isReplicated } from './keys.ts'
import { createLease, type Lease } from './lease.ts'
import type { Registers } from './registers.ts'
import { pause } from './timing.ts'

/** What a repair has found. */
export interface RepairReport {
  /** How many ids were compared. */
  readonly compared: number
  /** How many of them were not the same everywhere. */
  readonly repaired: number
  /** The names of instances that count from now on: they were empty, and hold everything now. */
  readonly admitted: readonly string[]
}

/** An instance that was away for less has missed little, and what it has missed is repaired when it is read. In ms. */
const shortAbsenceMs = 1_000
/** What a read finds to differ may be a write under way, so it is compared again after this time, in ms. */
const settleMs = 100
const nothingDone: RepairReport = { compared: 0, repaired: 0, admitted: [] }
const maxWaiting = 1_000
const maxAttempts = 10
/** How long one step of a scan may take: a database may have many other keys between two sessions. In ms. */
const scanStepMs = 30_000

/** Brings the copies of all instances in line, in the background and on demand. */
export class Repairs {
  readonly #fleet: Fleet
  readonly #registers: Registers
  readonly #closed = new AbortController()
  readonly #waiting = new Set<SessionId>()
  readonly #due = new Set<Instance>()
  #isDraining = false

  constructor(fleet: Fleet, registers: Registers) {
    this.#fleet = fleet
    this.#registers = registers
  }

  /** Repairs one id soon. Beyond a thousand that wait, further ones are left to the next read. */
  repairSoon(key: SessionId): void {
    if (this.#waiting.size >= maxWaiting) return
    this.#waiting.add(key)
    if (this.#isDraining) return
    this.#isDraining = true
    void this.#drain()
  }

  /** Has an instance that came back catch up, unless it was away for a moment only. */
  catchUp(instance: Instance, awayMs: number): void {
    if (awayMs >= shortAbsenceMs) this.fill(instance)
  }

  /** Brings one instance in line in the background, by one process at a time. If it is empty, it counts afterwards. */
  fill(instance: Instance): void {
    if (this.#due.has(instance) || this.#closed.signal.aborted) return
    this.#due.add(instance)
    void this.#compare([instance], this.#closed.signal)
      .catch(ignore) // if it is still empty, the next second finds that
      .finally(() => this.#due.delete(instance))
  }

  /**
   * Compares everything that the instances hold and repairs what differs. `signal` ends it early.
   * @throws SessionStoreError if an instance does not answer.
   */
  repairAll(signal: AbortSignal = this.#closed.signal): Promise<RepairReport> {
    return this.#compare(this.#fleet.instances, signal)
  }

  close(): void {
    this.#closed.abort()
  }

  async #drain(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#closed.signal.aborted) {
      await pause(this.#fleet.timing, settleMs)
      const keys = [...this.#waiting]
      this.#waiting.clear()
      await inBatches(keys, async (key) => void (await this.#repair(key, []))).catch(ignore)
    }
    this.#isDraining = false
  }

  /**
   * Compares all ids of a quorum's worth of instances, which find everything that was acknowledged. `targets` must take part in each
   * repair. Of these, the empty ones count afterwards, unless they were emptied again meanwhile.
   */
  async #compare(targets: readonly Instance[], signal: AbortSignal): Promise<RepairReport> {
    const leases = targets.map((target) => createLease(target, this.#fleet))
    const taken = await Promise.all(leases.map((lease) => lease.take()))
    const own = leases.filter((_, index) => taken[index])
    if (targets.length === 1 && own.length === 0) return nothingDone // another process does it
    const stops = own.map((lease) => lease.keep())
    try {
      const report = await this.#repairKeys(targets, signal)
      const admitted = await Promise.all(own.map((lease) => this.#admit(lease)))
      return { ...report, admitted: admitted.flat() }
    } finally {
      await Promise.all(stops.map((stop) => stop()))
    }
  }

  async #repairKeys(
    targets: readonly Instance[],
    signal: AbortSignal,
  ): Promise<Omit<RepairReport, 'admitted'>> {
    const { instances, membership, quorum } = this.#fleet
    const seen = new TextSet()
    const errors: unknown[] = []
    let scanned = 0
    let repaired = 0
    for (const source of instances) {
      if (!membership.isMember(source)) continue
      const repairing = inBatches(this.#keysOf(source, signal), async (key) => {
        if (seen.add(key) && (await this.#repair(key, targets))) repaired++
      })
      await repairing.then(
        () => scanned++,
        (error: unknown) => errors.push(error),
      )
      signal.throwIfAborted()
    }
    const isComplete =
      scanned > instances.length - quorum && !targets.some(({ lastError }) => lastError)
    if (!isComplete) throw this.#fleet.unavailable('repair', errors)
    return { compared: seen.size, repaired }
  }

  /** Makes an empty instance count, if it still has the lease: it was not emptied again since. Returns its name. */
  async #admit({ instance, isHeld }: Lease): Promise<readonly string[]> {
    const { membership } = this.#fleet
    if (membership.isMember(instance) || !(await isHeld())) return []
    await membership.admit(instance, this.#fleet.time())
    return [instance.name]
  }

  /** Makes the copies of one id the same everywhere. Returns true if they were not. All of `needed` must take part. */
  async #repair(key: SessionId, needed: readonly Instance[]): Promise<boolean> {
    const signal = this.#closed.signal
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      signal.throwIfAborted()
      const at = this.#fleet.time()
      const reading = this.#fleet.readAll(key, at)
      const held = (await Promise.allSettled(reading)).flatMap((each) =>
        each.status === 'fulfilled' ? [each.value] : [],
      )
      for (const instance of needed)
        if (!held.some((each) => each.instance === instance))
          throw this.#fleet.unavailable('repair', [instance.lastError])
      const agreed = this.#registers.agreed(held)
      const behind = held.filter(({ copy }) => copy.accepted !== agreed?.accepted)
      if (agreed && behind.length === 0) return attempt > 0
      if (agreed && behind.every(({ copy }) => copy.promised <= agreed.accepted)) {
        const copy = { ...agreed, promised: agreed.accepted }
        await Promise.all(behind.map((each: Held) => this.#fleet.write(each, key, copy, at)))
      } else await this.#registers.renew(key, { at, signal })
    }
    return true // others write it all the time, and so everywhere
  }

  async *#keysOf(source: Instance, signal: AbortSignal): AsyncGenerator<SessionId> {
    const at = this.#fleet.time()
    const rows = source.backend.scan({ at, signal })[Symbol.asyncIterator]()
    const next = () => source.run('scan', at, () => rows.next(), scanStepMs)
    for (let row = await next(); !row.done; row = await next())
      if (isReplicated(row.value.id)) yield row.value.id
  }
}

function ignore(): void {}
