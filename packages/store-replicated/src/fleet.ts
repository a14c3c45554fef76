import { type SessionId, SessionStoreError } from '@sojourn/core'
import type { BackendCall, SessionBackend } from '@sojourn/core/store'
import { type Copy, copyInRow, noCopy, rowOfCopy, versionOf } from './copy.ts'
import { type Counting, gather } from './gather.ts'
import { Instance, type InstanceOptions } from './instance.ts'
import { Membership } from './membership.ts'
import type { Timing } from './timing.ts'

/** An answer of one instance. */
export interface Asked<Answer> extends Counting {
  readonly instance: Instance
  readonly answer: Answer
}

/** What one instance holds for an id. */
export interface Held extends Counting {
  readonly instance: Instance
  readonly copy: Copy
}

/** What one instance holds after a write. */
export interface Written extends Held {
  /** False if the instance held another copy than the one that was read; `copy` is what it was to hold. */
  readonly isWritten: boolean
}

/** What a read asks for. */
export interface ReadOptions {
  readonly key: SessionId
  /** The manager's now, epoch ms. */
  readonly at: number
  /** Returns true if no further copy is needed. */
  readonly isEnough: (seen: readonly Held[]) => boolean
}

/** What a fleet is made of. */
export interface FleetOptions extends Omit<InstanceOptions, 'isDispensable'> {
  readonly backends: Readonly<Record<string, SessionBackend>>
  readonly onJoining: (instance: Instance) => void
}

/** The instances, and the reads and conditional writes of single copies. */
export class Fleet {
  readonly instances: readonly Instance[]
  readonly timing: Timing
  readonly membership: Membership
  #at = Date.now() // until the first call
  #heardAt: number

  constructor({ backends, onJoining, ...options }: FleetOptions) {
    const isDispensable = (instance: Instance) => {
      const others = this.instances.filter((other) => other !== instance && this.isReady(other))
      return this.membership.hasBegun && others.length >= this.quorum
    }
    this.instances = Object.entries(backends).map(
      ([name, backend]) => new Instance(name, backend, { ...options, isDispensable }),
    )
    this.timing = options.timing
    this.#heardAt = this.timing.now()
    this.membership = new Membership({ instances: this.instances, timing: this.timing, onJoining })
  }

  /** How many instances are a majority: any two majorities share an instance. */
  get quorum(): number {
    return Math.floor(this.instances.length / 2) + 1
  }

  /** Returns true if the instance counts and its last call succeeded. */
  isReady(instance: Instance): boolean {
    return !instance.lastError && this.membership.isMember(instance)
  }

  /** Notes the manager's now, epoch ms. The work in the background has no other clock. */
  setTime(at: number): void {
    this.#at = at
    this.#heardAt = this.timing.now()
  }

  /** Returns the manager's now, as far as known, in epoch ms. */
  time(): number {
    return this.#at + this.timing.now() - this.#heardAt
  }

  /** Reads the copies of one id, until they are enough. */
  async read(
    operation: string,
    { key, at, isEnough }: ReadOptions,
  ): Promise<Readonly<{ seen: readonly Held[]; reading: readonly Promise<Held>[] }>> {
    return onceMore(async () => {
      const reading = this.readAll(key, at)
      return { reading, seen: await this.gather(operation, reading, isEnough) }
    })
  }

  /** Reads the copies of one id from all instances at once. */
  readAll(key: SessionId, at: number): Promise<Held>[] {
    const asked = this.#askAll('find', at, async ({ backend }, call) => backend.find(key, call))
    return asked.map(async (pending) => {
      const { answer, ...rest } = await pending
      if (answer && 'version' in answer) return { ...rest, copy: copyInRow(answer) }
      return { ...rest, copy: noCopy, counts: await this.countsStill(rest, at) }
    })
  }

  /**
   * Returns true if an instance that lacks something counts also after it has answered. It may have been emptied since its mark was
   * read.
   */
  async countsStill({ instance, counts }: Omit<Held, 'copy'>, at: number): Promise<boolean> {
    return counts && this.membership.countsStill(instance, at)
  }

  /** Writes a copy over the one that was read, unless the instance holds another one by now. */
  async write(
    { instance, copy, counts }: Held,
    key: SessionId,
    next: Copy,
    at: number,
  ): Promise<Written> {
    const row = rowOfCopy(next)
    const { backend } = instance
    const { isSolitary } = next
    const isWritten =
      copy === noCopy
        ? await instance.run('insert', at, async (call) => {
            const { inserted } = await backend.insert(key, row, Object.assign(call, { isSolitary }))
            return inserted
          })
        : await instance.run('replace', at, async (call) => {
            const expected = versionOf(copy)
            const outcome = await backend.replace(key, row, Object.assign(call, { expected }))
            return outcome === 'replaced'
          })
    return { instance, counts, copy: next, isWritten }
  }

  /** Resolves if a quorum replies. */
  async ping({ at }: BackendCall): Promise<void> {
    await this.ask('ping', at, ({ backend }, call) => backend.ping(call))
  }

  /** True if a quorum of the instances has a clock. */
  get hasClock(): boolean {
    return this.instances.filter(({ backend }) => backend.now).length >= this.quorum
  }

  /** Returns the middle of the times of a quorum, epoch ms, so that no single clock misleads. */
  async now({ at }: BackendCall): Promise<number> {
    const answers = await this.ask('now', at, async ({ backend }, call) => backend.now?.(call))
    const times = answers.map(({ answer }) => answer).filter((time) => time !== undefined)
    return times.toSorted((one, other) => one - other)[(times.length - 1) >> 1] ?? at
  }

  /**
   * Waits for the answers of a quorum, and longer only while they are not enough.
   * @throws SessionStoreError `ERR_STORE_UNAVAILABLE` if no quorum answers.
   */
  async gather<Answer extends Counting>(
    operation: string,
    pending: readonly Promise<Answer>[],
    isEnough: (answers: readonly Answer[]) => boolean = () => true,
  ): Promise<readonly Answer[]> {
    const { quorum, timing } = this
    const { answers, errors } = await gather(pending, { quorum, isEnough, timing })
    const isQuorum = answers.filter(({ counts }) => counts).length >= quorum
    if (!isQuorum) throw this.unavailable(operation, errors)
    return answers
  }

  /** Asks all instances the same. Returns the answers of a quorum. */
  ask<Answer>(
    operation: string,
    at: number,
    ask: (instance: Instance, call: BackendCall) => Promise<Answer>,
  ): Promise<readonly Asked<Answer>[]> {
    return onceMore(() => {
      const asked = this.#askAll(operation, at, ask).map(async (pending) => {
        const each = await pending
        return { ...each, counts: await this.countsStill(each, at) }
      })
      return this.gather(operation, asked)
    })
  }

  /** Asks all instances the same, and finds out at the same time which of them count. */
  #askAll<Answer>(
    operation: string,
    at: number,
    ask: (instance: Instance, call: BackendCall) => Promise<Answer>,
  ): Promise<Asked<Answer>>[] {
    return this.instances.map(async (instance) => {
      const [counts, answer] = await Promise.all([
        this.membership.counts(instance, at),
        instance.run(operation, at, (call) => ask(instance, call)),
      ])
      return { instance, counts, answer }
    })
  }

  /**
   * Returns the error of an operation that too few instances have answered: `ERR_STORE_REFUSED` if an operator must act, otherwise
   * `ERR_STORE_UNAVAILABLE`. Its detail says what is wrong with each.
   */
  unavailable(operation: string, errors: readonly unknown[]): SessionStoreError {
    const known = errors.filter((error) => error instanceof SessionStoreError)
    const refusal = known.find(({ code }) => code === 'ERR_STORE_REFUSED')
    const empty = this.instances
      .filter((instance) => !this.membership.isMember(instance))
      .map(({ name }) => `${name} is empty and is being filled.`)
    const details = new Set([...known.map(({ detail }) => detail), ...empty])
    return new SessionStoreError(
      refusal?.code ?? 'ERR_STORE_UNAVAILABLE',
      `'${operation}' needs ${this.quorum} of ${this.instances.length} instances. ${[...details].join(' ')}`,
      refusal ?? errors[0],
    )
  }
}

/**
 * Runs a read again if it failed: an instance may have been left alone for what it failed a moment ago, which is needed now that
 * another one fails.
 */
function onceMore<Result>(read: () => Promise<Result>): Promise<Result> {
  return read().catch(read)
}
