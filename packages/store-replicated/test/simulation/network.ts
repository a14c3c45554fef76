import { allOperations, createBackendControl } from '@sojourn/conformance/testing'
import type { SessionBackend } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'
import type { ProcessTime } from './process-time.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How the way from one process to one instance is. */
interface Link {
  isCut: boolean
}

/** Returns an instance with a mistake. */
export type Mutate = (backend: SessionBackend) => SessionBackend

/** Instances in memory, and the network between them and several processes. */
export class Network {
  readonly names: readonly string[]
  readonly #time: VirtualTime
  readonly #stores = new Map<string, SessionBackend>()
  readonly #links = new Map<string, Link>()
  readonly #mutate: Mutate
  /** How likely a request or a reply is lost, 0 to 1. */
  loss = 0

  constructor(time: VirtualTime, names: readonly string[], mutate: Mutate = (backend) => backend) {
    this.#mutate = mutate
    this.#time = time
    this.names = names
    for (const name of names) this.empty(name)
  }

  /** Replaces an instance by an empty one. */
  empty(name: string): void {
    this.#stores.set(name, this.#mutate(memoryBackend({ max: Number.POSITIVE_INFINITY })))
  }

  /** Cuts an instance off from one process, or from all. */
  cut(name: string, process?: number): void {
    for (const link of this.#linksOf(name, process)) link.isCut = true
  }

  heal(name: string, process?: number): void {
    for (const link of this.#linksOf(name, process)) link.isCut = false
  }

  healAll(): void {
    this.loss = 0
    for (const link of this.#links.values()) link.isCut = false
  }

  /** Returns the instance itself, without a network. */
  direct(name: string): SessionBackend {
    const store = this.#stores.get(name)
    if (!store) throw new Error(`There is no instance ${name}`)
    return store
  }

  /** Returns the instances as one process reaches them. */
  backendsFor(process: number, processTime: ProcessTime): Record<string, SessionBackend> {
    return Object.fromEntries(
      this.names.map((name) => [name, this.#reach(name, process, processTime)]),
    )
  }

  #reach(name: string, process: number, processTime: ProcessTime): SessionBackend {
    const link: Link = { isCut: false }
    this.#links.set(`${name} ${process}`, link)
    const control = createBackendControl()
    control.intercept(allOperations, async (run) => {
      await this.#pass(link)
      try {
        const result = await run()
        await this.#pass(link)
        return result
      } finally {
        await processTime.running()
      }
    })
    return control.wrap(this.#current(name, link))
  }

  /** Carries one message. A lost one is an error at once, or, as often, silence until the deadline. */
  async #pass(link: Link): Promise<void> {
    await this.#time.pause(this.#time.random() ** 3 * 20)
    if (!link.isCut && this.#time.random() >= this.loss) return
    if (this.#time.random() < 0.5) await this.#time.pause(10_000)
    throw new Error('ECONNRESET')
  }

  /** Returns a backend that is always the instance of now: it may have been emptied. */
  #current(name: string, link: Link): SessionBackend {
    const direct = () => this.direct(name)
    const pass = () => this.#pass(link)
    return {
      supports: direct().supports,
      find: (id, call) => direct().find(id, call),
      insert: (id, row, call) => direct().insert(id, row, call),
      replace: (id, row, call) => direct().replace(id, row, call),
      touch: (id, times, call) => direct().touch(id, times, call),
      remove: (id, call) => direct().remove(id, call),
      list: (group, call) => direct().list(group, call),
      removeGroup: (group, call) => direct().removeGroup(group, call),
      async *scan(call) {
        await pass()
        for await (const row of direct().scan(call)) {
          await pass()
          yield row
        }
      },
      ping: (call) => direct().ping(call),
      close: async () => undefined,
    }
  }

  #linksOf(name: string, process?: number): Link[] {
    return [...this.#links]
      .filter(([key]) => key.startsWith(`${name} `))
      .filter(([key]) => process === undefined || key === `${name} ${process}`)
      .map(([, link]) => link)
  }
}
