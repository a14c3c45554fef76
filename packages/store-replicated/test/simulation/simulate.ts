import { SessionError, type SessionId } from '@sojourn/core'
import type { BackendCall, GroupLimit, Row } from '@sojourn/core/store'
import { createReplicatedBackend, type ReplicatedBackend } from '../../src/replicated-backend.ts'
import { changesIn, History } from './history.ts'
import { type Mutate, Network } from './network.ts'
import { VirtualTime } from './virtual-time.ts'

/** How a schedule is. */
export interface Schedule {
  readonly seed: number
  /** @default 3 */
  readonly instances?: number
  /** The limit of all inserts. Without it, three in ten have one of three. */
  readonly limit?: GroupLimit
  /** What a mutant changes of an instance. */
  readonly mutate?: Mutate
}

const group = 'g'
const someLimit: GroupLimit = { max: 3, onExceed: 'evict' }
const start = Date.UTC(2030, 0, 1)
const hour = 3_600_000
const processes = 2
const clientsPerProcess = 2
const operationsPerClient = 8

/**
 * Plays one schedule: clients of two processes insert, change, touch, read, list and end sessions, while messages are late or
 * lost, instances are cut off from some or all, come back stale, or come back empty. Checks each result, and at the end
 * that all instances hold the same.
 * @throws Error if something acknowledged is lost, applied twice, or back after its end.
 */
export async function simulate(schedule: Schedule): Promise<History> {
  const { seed, instances = 3, limit, mutate } = schedule
  const time = new VirtualTime(seed)
  const names = ['a', 'b', 'c', 'd', 'e'].slice(0, instances)
  const network = new Network(time, names, mutate)
  const backends = Array.from({ length: processes }, (_, process) =>
    createReplicatedBackend(network.backendsFor(process), { timeout: 200 }, time),
  )
  const simulation = new Simulation({ time, network, backends, limit })
  try {
    await time.run(simulation.play())
    return simulation.history
  } catch (error) {
    throw new Error(`Schedule ${seed}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  } finally {
    for (const backend of backends) await backend.close()
  }
}

interface Parts {
  readonly time: VirtualTime
  readonly network: Network
  readonly backends: readonly ReplicatedBackend[]
  readonly limit: GroupLimit | undefined
}

class Simulation {
  readonly history = new History()
  readonly #time: VirtualTime
  readonly #network: Network
  readonly #backends: readonly ReplicatedBackend[]
  readonly #limit: GroupLimit | undefined
  #isOver = false
  #names = 0

  constructor({ time, network, backends, limit }: Parts) {
    this.#time = time
    this.#network = network
    this.#backends = backends
    this.#limit = limit
  }

  async play(): Promise<void> {
    await this.#backends[0]?.ping(this.#call()) // the set begins while all are there
    const chaos = this.#breakThings()
    const clients = this.#backends.flatMap((backend) =>
      Array.from({ length: clientsPerProcess }, () => this.#client(backend)),
    )
    await Promise.all(clients).finally(() => {
      this.#isOver = true
    })
    await chaos
    await this.#checkEnd()
  }

  async #client(backend: ReplicatedBackend): Promise<void> {
    for (let count = 0; count < operationsPerClient; count++) {
      await this.#time.pause(this.#time.random() * 50)
      await this.#attempt(() => this.#operate(backend))
    }
  }

  #operate(backend: ReplicatedBackend): Promise<void> {
    const id = this.#pick(this.history.ids)
    const dice = this.#time.random()
    if (id === undefined || dice < (this.#limit ? 0.4 : 0.12)) return this.#insert(backend)
    if (dice < 0.6) return this.#change(backend, id)
    if (dice < 0.7) return this.#touch(backend, id)
    if (dice < 0.82) return this.#read(backend, id)
    if (dice < 0.9) return this.#list(backend)
    if (dice < 0.98) return this.#remove(backend, id)
    return this.#removeGroup(backend)
  }

  async #insert(backend: ReplicatedBackend): Promise<void> {
    const id = `${group}.${this.#names++}`
    const known = this.history.of(id)
    const row = this.#row([], '')
    const call = this.#call()
    const limit = this.#limit ?? (this.#time.random() < 0.3 ? someLimit : undefined)
    const outcome = await (limit
      ? this.history.whileEnding(() => backend.insert(id, row, { ...call, limit }))
      : backend.insert(id, row, call))
    if (!outcome.inserted) {
      if (!known.isEnding && outcome.why !== 'limit')
        throw new Error(`${id} was refused: ${outcome.why}`)
      return
    }
    known.isInserted = true
    for (const ended of outcome.evicted) this.history.of(ended).hasEnded = true
  }

  /** Reads a session and appends a change, once more if the outcome is unknown, as core does. */
  async #change(backend: ReplicatedBackend, id: SessionId): Promise<void> {
    const before = this.history.before(id)
    const found = await backend.find(id, this.#call())
    this.history.check(id, found, before)
    if (!found || !('version' in found)) return
    const change = `c${this.#names++}`
    const row = this.#row([...changesIn(found), change], found.version, found.priorVersions)
    const replace = () => backend.replace(id, row, { ...this.#call(), expected: found.version })
    const outcome = await replace().catch(replace)
    const isApplied =
      outcome === 'replaced' ||
      (typeof outcome === 'object' &&
        [outcome.conflict.version, ...outcome.conflict.priorVersions].includes(row.version))
    if (isApplied) this.#acknowledge(() => this.history.of(id).changes.add(change))
  }

  async #touch(backend: ReplicatedBackend, id: SessionId): Promise<void> {
    const before = this.history.before(id)
    const found = await backend.find(id, this.#call())
    this.history.check(id, found, before)
    if (!found || !('version' in found)) return
    const call = this.#call()
    const times = { touchedAt: call.at, expiresAt: call.at + hour }
    await backend.touch(id, times, { ...call, expected: found })
  }

  async #read(backend: ReplicatedBackend, id: SessionId): Promise<void> {
    const before = this.history.before(id)
    this.history.check(id, await backend.find(id, this.#call()), before)
  }

  async #list(backend: ReplicatedBackend): Promise<void> {
    const before = new Map(this.history.ids.map((id) => [id, this.history.before(id)]))
    const rows = await backend.list(group, this.#call())
    if (this.#limit && rows.length > this.#limit.max) throw new Error(`${rows.length} are listed`)
    const found = new Map(rows.map((row) => [row.id, row]))
    for (const [id, known] of before) this.history.check(id, found.get(id) ?? null, known)
  }

  async #remove(backend: ReplicatedBackend, id: SessionId): Promise<void> {
    const known = this.history.of(id)
    known.isEnding = true
    await backend.remove(id, { ...this.#call(), reason: 'logout' })
    this.#acknowledge(() => {
      known.hasEnded = true
    })
  }

  async #removeGroup(backend: ReplicatedBackend): Promise<void> {
    const before = this.history.ids.filter((id) => this.history.of(id).isInserted)
    const call = { ...this.#call(), reason: 'revoked' as const }
    await this.history.whileEnding(() => backend.removeGroup(group, call))
    this.#acknowledge(() => {
      for (const id of before) this.history.of(id).hasEnded = true
    })
  }

  /** Cuts, heals, loses messages, and empties instances, one at a time, until the clients are done. */
  async #breakThings(): Promise<void> {
    while (!this.#isOver) {
      await this.#time.pause(this.#time.random() * 150)
      const name = this.#pick(this.#network.names) ?? ''
      const dice = this.#time.random()
      const process = dice < 0.5 ? Math.floor(this.#time.random() * processes) : undefined
      if (dice < 0.35) this.#network.cut(name, process)
      else if (dice < 0.7) this.#network.heal(name, process)
      else if (dice < 0.8) this.#network.loss = this.#time.random() * 0.2
      else if (dice < 0.9) this.#network.healAll()
      else await this.#empty(name)
    }
    this.#network.healAll()
  }

  /** An instance restarts empty. The others stay as they are, until it holds everything again. */
  async #empty(name: string): Promise<void> {
    this.#network.healAll()
    this.#network.cut(name)
    await this.#time.pause(1_500)
    this.#network.empty(name)
    this.#network.heal(name)
    await this.#filled()
  }

  /** Resolves when every instance counts. Somebody must use them meanwhile, or nobody notices that one is empty. */
  async #filled(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      await this.#attempt(() => Promise.all(this.#backends.map((each) => each.ping(this.#call()))))
      const marks = await Promise.all(
        this.#network.names.map((name) => this.#network.direct(name).find('.m', this.#call())),
      )
      const states = this.#backends.flatMap((each) => each.instances()).map(({ state }) => state)
      if (marks.every(Boolean) && states.every((state) => state === 'ready')) return
      await this.#time.pause(300)
    }
    throw new Error('An instance was not filled')
  }

  /** When everything works again, all processes see the same, and all instances hold the same. */
  async #checkEnd(): Promise<void> {
    await this.#time.pause(10_000)
    await this.#filled()
    const [first] = this.#backends
    for (const id of this.history.ids)
      for (const backend of this.#backends) await this.#read(backend, id)
    await first?.repair()
    await this.#time.pause(1_000) // the slower instances have followed
    for (const id of this.history.ids) {
      const held = await Promise.all(
        this.#network.names.map((name) => this.#network.direct(name).find(`${id}.s`, this.#call())),
      )
      const accepted = held.map((copy) =>
        copy && 'version' in copy ? copy.version.split('~').at(-1) : '',
      )
      if (new Set(accepted).size > 1) throw new Error(`${id} differs: ${accepted}`)
    }
  }

  /** Runs an operation that may fail because the instances do. */
  async #attempt(run: () => Promise<unknown>): Promise<void> {
    try {
      await run()
    } catch (error) {
      const isTrouble = error instanceof SessionError || (error as Error).name === 'AbortError'
      if (!isTrouble) throw error
      this.history.counts.unknown++
    }
  }

  #acknowledge(note: () => void): void {
    note()
    this.history.counts.acknowledged++
  }

  #row(changes: readonly string[], version: string, priorVersions: readonly string[] = []): Row {
    const at = start + this.#time.now()
    return {
      version: `v${this.#names++}`,
      priorVersions: version === '' ? [] : [version, ...priorVersions].slice(0, 3),
      touchedAt: at,
      expiresAt: at + hour,
      value: Buffer.from(changes.join(' ')),
    }
  }

  /** Returns the last argument of an operation, with a deadline of a second. */
  #call(): BackendCall {
    const controller = new AbortController()
    this.#time.after(1_000, () => controller.abort())
    return { at: start + this.#time.now(), signal: controller.signal }
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#time.random() * items.length)]
  }
}
