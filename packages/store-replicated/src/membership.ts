import { SessionStoreError } from '@sojourn/core'
import type { Row } from '@sojourn/core/store'
import type { Instance } from './instance.ts'
import { memberMarkKey } from './keys.ts'
import type { Timing } from './timing.ts'

/**
 * What an instance says of itself. `missing`: it is empty, so it may have forgotten what it once acknowledged. `new`: it was empty
 * when the set began. `member`: the set has begun.
 */
type Mark = 'missing' | 'new' | 'member'

/** The content of the row that marks an instance. */
interface MarkContent {
  readonly mark: Exclude<Mark, 'missing'>
  readonly instance: string
  /** The names of all instances of the set, sorted. */
  readonly of: readonly string[]
}

/** What was last read of an instance, or is being read. */
interface Known {
  readonly counts: Promise<boolean>
  readonly readAt: number
  /** `Instance.failures` then: after a failure it may be another server, or an empty one. */
  readonly failures: number
}

/** How long what was read counts as current, in ms. */
const maxAgeMs = 1_000
/** The mark outlasts every clock that is wrong. */
const lifetimeMs = 1_000 * 365 * 86_400_000

/** What a membership is told. */
export interface MembershipOptions {
  readonly instances: readonly Instance[]
  readonly timing: Timing
  /** Called when an instance has no mark, at most once a second for each. */
  readonly onJoining: (instance: Instance) => void
}

/**
 * Knows which instances count towards a quorum. A quorum works because any two of them share an instance that remembers; one that
 * was emptied, or is new, does not. So each instance holds a mark, and one without it takes writes but counts for
 * nothing, until a repair has filled it and written the mark.
 *
 * The first time of all, and if all have lost everything, no instance has a mark. So if all are empty, each gets the mark `new`, and then each becomes a
 * `member`; whatever goes wrong in between, the next process goes on where it was.
 */
export class Membership {
  readonly #options: MembershipOptions
  readonly #known = new Map<Instance, Known>()
  readonly #joining = new Set<Instance>()
  #beginning: Promise<void> | undefined
  #hasBegun = false

  constructor(options: MembershipOptions) {
    this.#options = options
  }

  /** True once the set has begun. Until then all instances are needed. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Returns false if the instance had no mark when it was read last. */
  isMember(instance: Instance): boolean {
    return !this.#joining.has(instance)
  }

  /**
   * Returns true if the instance counts. Reads its mark if that was not done in the last second, or the instance has failed since.
   * @throws SessionStoreError `ERR_STORE_REFUSED` if it belongs to another set, or is one server under two names.
   */
  counts(instance: Instance, at: number): Promise<boolean> {
    const now = this.#options.timing.now()
    const { failures } = instance
    const known = this.#known.get(instance)
    if (known?.failures === failures && now - known.readAt < maxAgeMs) return known.counts
    const counts = this.#hasMark(instance, at)
    this.#known.set(instance, { counts, readAt: now, failures })
    counts.catch(() => this.#known.delete(instance))
    return counts
  }

  /** As `counts`, but reads the mark now: what the instance lacks may be what it has just lost. */
  countsStill(instance: Instance, at: number): Promise<boolean> {
    this.#known.delete(instance)
    return this.counts(instance, at)
  }

  /** Makes an instance count, once it holds everything. */
  async admit(instance: Instance, at: number): Promise<void> {
    await this.#write(instance, 'member', at)
    this.#known.delete(instance)
    this.#joining.delete(instance)
  }

  async #hasMark(instance: Instance, at: number): Promise<boolean> {
    await this.#begin(at)
    const mark = await this.#read(instance, at)
    if (mark === 'new') await this.#write(instance, 'member', at)
    if (mark === 'missing') {
      this.#joining.add(instance)
      if (this.#joining.size === this.#options.instances.length) this.#beginning = undefined
      this.#options.onJoining(instance)
      return false
    }
    this.#joining.delete(instance)
    return true
  }

  #begin(at: number): Promise<void> {
    this.#beginning ??= this.#findMember(at).then(
      () => {
        this.#hasBegun = true
      },
      (error: unknown) => {
        this.#beginning = undefined
        throw error
      },
    )
    return this.#beginning
  }

  /** Resolves once the set has begun, if need be by this process. */
  async #findMember(at: number): Promise<void> {
    const { instances } = this.#options
    const reading = instances.map((instance) => this.#read(instance, at))
    const members = reading.map(async (mark) => {
      if ((await mark) !== 'member') throw new Error('This instance is no member yet')
    })
    const hasBegun = await Promise.any(members).then(
      () => true,
      () => false,
    )
    if (hasBegun) return
    const marks = await Promise.all(reading).catch((cause: unknown) => {
      throw isRefusal(cause) ? cause : cannotBegin(cause)
    })
    const unmarked = instances.filter((_, index) => marks[index] === 'missing')
    await Promise.all(unmarked.map((instance) => this.#write(instance, 'new', at)))
    await Promise.all(instances.map((instance) => this.#write(instance, 'member', at)))
  }

  async #read(instance: Instance, at: number): Promise<Mark> {
    const row = await this.#find(instance, at)
    return row ? this.#check(instance, row).mark : 'missing'
  }

  /** Writes a mark, unless the instance has it or is a member already. */
  async #write(instance: Instance, mark: MarkContent['mark'], at: number): Promise<void> {
    const found = await this.#find(instance, at)
    const present = found && this.#check(instance, found).mark
    if (present === mark || present === 'member') return
    const content: MarkContent = { mark, instance: instance.name, of: this.#names() }
    const row: Row = {
      version: this.#options.timing.tag(),
      priorVersions: [],
      touchedAt: at,
      expiresAt: at + lifetimeMs,
      value: Buffer.from(JSON.stringify(content)),
    }
    const { backend } = instance
    await instance.run('insert', at, async (call) => {
      if (!found)
        return backend.insert(memberMarkKey, row, Object.assign(call, { isSolitary: true }))
      const { version: expected } = found
      return backend.replace(memberMarkKey, row, Object.assign(call, { expected }))
    })
    const written = await this.#find(instance, at) // another process may have been faster
    if (written) this.#check(instance, written)
  }

  async #find(instance: Instance, at: number): Promise<Row | undefined> {
    const found = await instance.run('find', at, async (call) =>
      instance.backend.find(memberMarkKey, call),
    )
    return found && 'version' in found ? found : undefined
  }

  #check(instance: Instance, { value }: Row): MarkContent {
    const content = JSON.parse(Buffer.from(value).toString()) as MarkContent
    if (content.instance === instance.name && String(content.of) === String(this.#names()))
      return content
    throw new SessionStoreError(
      'ERR_STORE_REFUSED',
      `The instance ${instance.name} is marked as ${content.instance} of ${content.of.join(', ')}. ` +
        'Give each instance one name and a database of its own, the same on all servers; a set cannot grow or shrink in place.',
    )
  }

  #names(): readonly string[] {
    return this.#options.instances.map(({ name }) => name).sort()
  }
}

function cannotBegin(cause: unknown): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    'No instance that could be reached is a member of the set, and not all could be reached. All must be reachable when the set is used for the first time.',
    cause,
  )
}

function isRefusal(error: unknown): boolean {
  return error instanceof SessionStoreError && error.code === 'ERR_STORE_REFUSED'
}
