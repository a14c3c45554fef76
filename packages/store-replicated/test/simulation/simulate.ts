import { SessionError, type SessionId } from '@sojourn/core'
import type { BackendCall, GroupLimit, Row } from '@sojourn/core/store'
import { createReplicatedBackend, type ReplicatedBackend } from '../../src/replicated-backend.ts'
import { changesIn, History, isLive } from './history.ts'
import { type Mutate, Network } from './network.ts'
import { ProcessTime, type WallClock } from './process-time.ts'
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
const hour = 3_600_000
const processCount = 2
const clientsPerProcess = 2
const operationsPerClient = 8

/**
 * Plays one schedule: clients of two processes insert, change, touch, read, list and end sessions, while messages are late or
 * lost, instances are cut off from some or all, come back stale, or come back empty, processes are paused, and clocks are wrong
 * and leap over the time at which rows expire. Checks each result, and at the end that all instances hold the same.
 * @throws Error if something acknowledged is lost, applied twice, or back after its end.
 */
export async function simulate(schedule: Schedule): Promise<History> {
  const { seed, instances = 3, limit, mutate } = schedule
  const time = new VirtualTime(seed)
  const names = ['a', 'b', 'c', 'd', 'e'].slice(0, instances)
  const network = new Network(time, names, mutate)
  const wallClock: WallClock = { leaptMs: 0 }
  const processes = Array.from({ length: processCount }, (_, index) => {
    const processTime = new ProcessTime(time, wallClock)
    const instances = network.backendsFor(index, processTime)
    const backend = createReplicatedBackend(instances, { timeout: 200 }, processTime)
    return { backend, time: processTime }
  })
  const simulation = new Simulation({ time, wallClock, network, processes, limit })
  try {
    await time.run(simulation.play())
    return simulation.history
  } catch (error) {
    throw new Error(`Schedule ${seed}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  } finally {
    for (const { backend } of processes) await backend.close()
  }
}

interface Process {
  readonly backend: ReplicatedBackend
  readonly time: ProcessTime
}

interface Parts {
  readonly time: VirtualTime
  readonly wallClock: WallClock
  readonly network: Network
  readonly processes: readonly Process[]
  readonly limit: GroupLimit | undefined
}

class Simulation {
  readonly history = new History()
  readonly #time: VirtualTime
  readonly #network: Network
  readonly #wallClock: WallClock
  readonly #processes: readonly Process[]
  readonly #limit: GroupLimit | undefined
  readonly #ownTime: ProcessTime
  #isOver = false
  #names = 0

  constructor({ time, wallClock, network, processes, limit }: Parts) {
    this.#time = time
    this.#network = network
    this.#wallClock = wallClock
    this.#processes = processes
    this.#limit = limit
    this.#ownTime = new ProcessTime(time, wallClock)
  }

  async play(): Promise<void> {
    for (const { backend, time } of this.#processes) await backend.ping(this.#call(time)) // the set begins while all are there
    const chaos = this.#breakThings()
    const clients = this.#processes.flatMap((process) =>
      Array.from({ length: clientsPerProcess }, () => this.#client(process)),
    )
    await Promise.all(clients).finally(() => {
      this.#isOver = true
    })
    await chaos
    await this.#checkEnd()
  }

  async #client(process: Process): Promise<void> {
    for (let count = 0; count < operationsPerClient; count++) {
      await process.time.sleep(this.#time.random() * 50)
      await this.#attempt(() => this.#operate(process))
    }
  }

  #operate(process: Process): Promise<void> {
    const id = this.#pick(this.history.ids)
    const dice = this.#time.random()
    if (id === undefined || dice < (this.#limit ? 0.4 : 0.12)) return this.#insert(process)
    if (dice < 0.6) return this.#change(process, id)
    if (dice < 0.7) return this.#touch(process, id)
    if (dice < 0.82) return this.#read(process, id)
    if (dice < 0.9) return this.#list(process)
    if (dice < 0.98) return this.#remove(process, id)
    return this.#removeGroup(process)
  }

  async #insert({ backend, time }: Process): Promise<void> {
    const id = `${group}.${this.#names++}`
    const known = this.history.of(id)
    const row = this.#row(time, [], '')
    const call = this.#call(time)
    const limit = this.#limit ?? (this.#time.random() < 0.3 ? someLimit : undefined)
    const outcome = await (limit
      ? this.history.whileEnding(async () => backend.insert(id, row, { ...call, limit }))
      : backend.insert(id, row, call))
    if (!outcome.inserted) {
      if (known.endings === 0 && outcome.why !== 'limit')
        throw new Error(`${id} was refused: ${outcome.why}`)
      return
    }
    known.isInserted = true
    known.expiresAt = row.expiresAt
    for (const ended of outcome.evicted) this.history.of(ended).hasEnded = true
  }

  /** Reads a session and appends a change, once more if the outcome is unknown, as core does. */
  async #change({ backend, time }: Process, id: SessionId): Promise<void> {
    const before = this.history.before(id)
    const found = await backend.find(id, this.#call(time))
    this.history.check(id, found, before, time.wallTime())
    if (!found || !('version' in found)) return
    const change = `c${this.#names++}`
    const changes = [...changesIn(found), change]
    const row = this.#row(time, changes, found.version, found.priorVersions)
    const replace = async () =>
      backend.replace(id, row, { ...this.#call(time), expected: found.version })
    const outcome = await replace().catch(replace)
    const isApplied =
      outcome === 'replaced' ||
      (typeof outcome === 'object' &&
        [outcome.conflict.version, ...outcome.conflict.priorVersions].includes(row.version))
    if (isApplied) this.#acknowledge(() => this.history.of(id).changes.add(change))
  }

  async #touch({ backend, time }: Process, id: SessionId): Promise<void> {
    const before = this.history.before(id)
    const found = await backend.find(id, this.#call(time))
    this.history.check(id, found, before, time.wallTime())
    if (!found || !('version' in found)) return
    const call = this.#call(time)
    const times = { touchedAt: call.at, expiresAt: call.at + hour }
    await backend.touch(id, times, { ...call, expected: found })
  }

  async #read({ backend, time }: Process, id: SessionId): Promise<void> {
    const before = this.history.before(id)
    const found = await backend.find(id, this.#call(time))
    this.history.check(id, found, before, time.wallTime())
  }

  async #list({ backend, time }: Process): Promise<void> {
    const before = new Map(this.history.ids.map((id) => [id, this.history.before(id)]))
    const rows = await backend.list(group, this.#call(time))
    if (this.#limit && rows.length > this.#limit.max) throw new Error(`${rows.length} are listed`)
    const found = new Map(rows.map((row) => [row.id, row]))
    for (const [id, known] of before)
      this.history.check(id, found.get(id) ?? null, known, time.wallTime())
  }

  async #remove({ backend, time }: Process, id: SessionId): Promise<void> {
    const known = this.history.of(id)
    known.endings++
    await backend.remove(id, { ...this.#call(time), reason: 'logout' })
    this.#acknowledge(() => {
      known.hasEnded = true
    })
  }

  async #removeGroup({ backend, time }: Process): Promise<void> {
    const before = new Map(this.history.ids.map((id) => [id, this.history.before(id)]))
    const call = { ...this.#call(time), reason: 'revoked' as const }
    const removed = await this.history.whileEnding(() => backend.removeGroup(group, call))
    this.#acknowledge(() => {
      for (const [id, known] of before)
        if (isLive(known, call.at)) this.history.of(id).hasEnded = true
    })
    this.history.checkRemoved(removed, before, time.wallTime())
  }

  /** Cuts, heals, loses messages, and empties instances, one at a time, until the clients are done. */
  async #breakThings(): Promise<void> {
    while (!this.#isOver) {
      await this.#time.pause(this.#time.random() * 150)
      const name = this.#pick(this.#network.names) ?? ''
      const dice = this.#time.random()
      const process = dice < 0.5 ? Math.floor(this.#time.random() * processCount) : undefined
      if (dice < 0.35) this.#network.cut(name, process)
      else if (dice < 0.7) this.#network.heal(name, process)
      else if (dice < 0.8) this.#network.loss = this.#time.random() * 0.2
      else if (dice < 0.85) this.#network.healAll()
      else if (dice < 0.88) this.#wallClock.leaptMs += this.#time.random() * 1.2 * hour
      else if (dice < 0.93) await this.#pauseProcess()
      else await this.#empty(name)
    }
    this.#network.healAll()
  }

  /** Stops a process for longer than its calls may take, and perhaps for longer than rows last. */
  async #pauseProcess(): Promise<void> {
    const paused = this.#pick(this.#processes)
    paused?.time.pause()
    await this.#time.pause(this.#time.random() * 1_500)
    if (this.#time.random() < 0.3) this.#wallClock.leaptMs += this.#time.random() * 1.2 * hour
    paused?.time.resume()
  }

  /** An instance restarts empty. The others stay as they are, until it holds everything again. */
  async #empty(name: string): Promise<void> {
    this.#network.healAll()
    await this.#time.pause(1_000)
    this.#network.cut(name)
    await this.#time.pause(this.#time.random() < 0.5 ? 0 : 1_500)
    this.#network.empty(name)
    this.#network.heal(name)
    await this.#filled()
  }

  /** Resolves when every instance counts. Somebody must use them meanwhile, or nobody notices that one is empty. */
  async #filled(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      await this.#attempt(() =>
        Promise.all(this.#processes.map(({ backend, time }) => backend.ping(this.#call(time)))),
      )
      const marks = await Promise.all(
        this.#network.names.map((name) => this.#network.direct(name).find('.m', this.#call())),
      )
      const states = this.#processes.flatMap(({ backend }) => backend.instances())
      if (marks.every(Boolean) && states.every(({ state }) => state === 'ready')) return
      await this.#time.pause(300)
    }
    throw new Error('An instance was not filled')
  }

  /** When everything works again, all processes see the same, and all instances hold the same. */
  async #checkEnd(): Promise<void> {
    await this.#time.pause(10_000)
    await this.#filled()
    for (const id of this.history.ids)
      for (const process of this.#processes) await this.#read(process, id)
    let differing = ''
    const [repairing] = this.#processes
    for (let tries = 0; tries < 5; tries++) {
      await repairing?.backend.repair()
      await this.#time.pause(1_000) // the slower instances have followed
      differing = await this.#differing(repairing?.time)
      if (differing === '') return // else both processes have repaired the same at once
    }
    throw new Error(`${differing} are not the same everywhere`)
  }

  /**
   * Returns the ids of which the instances have not accepted the same, as of the clock of the process that has repaired them:
   * what has expired by that clock is not repaired.
   */
  async #differing(time: ProcessTime | undefined): Promise<string> {
    const held = this.history.ids.map(async (id) => {
      const copies = await Promise.all(
        this.#network.names.map((name) =>
          this.#network.direct(name).find(`${id}.s`, this.#call(time)),
        ),
      )
      const accepted = copies.map((copy) =>
        copy && 'version' in copy ? copy.version.split('~').at(-1) : '',
      )
      return new Set(accepted).size > 1 ? [`${id} (${accepted})`] : []
    })
    return (await Promise.all(held)).flat().join(' ')
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

  #row(
    time: ProcessTime,
    changes: readonly string[],
    version: string,
    priorVersions: readonly string[] = [],
  ): Row {
    const at = time.wallTime()
    return {
      version: `v${this.#names++}`,
      priorVersions: version === '' ? [] : [version, ...priorVersions].slice(0, 3),
      touchedAt: at,
      expiresAt: at + hour,
      value: Buffer.from(changes.join(' ')),
    }
  }

  /** Returns the last argument of an operation, with a deadline of a second. */
  #call(time = this.#ownTime): BackendCall {
    const controller = new AbortController()
    time.after(1_000, () => controller.abort())
    return { at: time.wallTime(), signal: controller.signal }
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#time.random() * items.length)]
  }
}
