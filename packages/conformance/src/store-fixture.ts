import type { ConfigOptions, SessionManager, StoreSupports } from '@sojourn/core'
import type { SessionBackend } from '@sojourn/core/store'
import type { Scheduler } from './scheduler.ts'
import type { Definition } from './suite.ts'
import { createVisitor, type TestData, type Visitor } from './visitor.ts'

/** What the suite asks of a manager; pass all of it on to `createSessionManager`. */
export type ConnectOptions = Omit<ConfigOptions, 'store'>

/** Puts something around a backend: the means by which the suite yields inside it, counts its calls and breaks it. */
export type Wrap = (backend: SessionBackend) => SessionBackend

/** One storage, empty at first. */
export interface StoreUnderTest {
  /** A manager over the storage; each call stands for one more server of a fleet that shares it, its secret too. */
  connect(options: ConnectOptions, wrap: Wrap): SessionManager<TestData>
  /** Everything that the storage holds, keys and values, as bytes; the ids of its live sessions must be found in them. */
  dump?(): Uint8Array | Promise<Uint8Array>
  close?(): void | Promise<void>
}

/** What a case of the store suite is given: a storage of its own and a clock that only it moves. */
export interface StoreFixture {
  readonly manager: SessionManager<TestData>
  readonly clock: { now: number }
  /** One more manager over the same storage. */
  connect(options?: Partial<ConnectOptions> & { readonly wrap?: Wrap }): SessionManager<TestData>
  /** A browser with an empty jar. */
  visitor(manager?: SessionManager<TestData>): Visitor
  dump(): Promise<Uint8Array>
  /** Operations that the backend was asked for since the last look. */
  calls(): readonly string[]
  /** Lets others go first, for a number of turns that the seed decides. */
  readonly scheduler: Scheduler
}

/** A case of the store suite. */
export type StoreCase = Definition<StoreFixture>

/** The limits that cases reckon with, in ms. */
export const limits = {
  maxAge: 40 * 60_000,
  absoluteTimeout: 8 * 3_600_000,
  touchInterval: 4 * 60_000,
  storeTimeout: 2_000,
  rotationInterval: 15 * 60_000,
  rotationGrace: 30_000,
}

/** How often a race is run, each time otherwise interleaved. */
export const rounds = 300

const start = Date.UTC(2030, 0, 1)

/** The fixture of one case over a fresh storage. A store that rotates nothing by age is not asked to: it would refuse. */
export function createStoreFixture(
  subject: StoreUnderTest,
  { supports, scheduler }: { supports: StoreSupports; scheduler: Scheduler },
): StoreFixture {
  const clock = { now: start }
  const calls: string[] = []
  const { rotationInterval, rotationGrace, ...withoutRotation } = limits
  const plain: ConnectOptions = {
    ...(supports.conditionalWrite ? limits : withoutRotation),
    clock: () => clock.now,
    warn: () => undefined,
  }
  const connect: StoreFixture['connect'] = ({ wrap = asItIs, ...options } = {}) =>
    subject.connect({ ...plain, ...options }, (backend) =>
      counting(stepping(wrap(backend), scheduler), calls),
    )
  const manager = connect()
  return {
    manager,
    clock,
    connect,
    scheduler,
    visitor: (other = manager) => createVisitor(other),
    async dump() {
      if (subject.dump) return subject.dump()
      throw new Error('The suite was told `dumps: true`, and what `open` answers has no `dump`.')
    },
    calls: () => calls.splice(0),
  }
}

const asItIs: Wrap = (backend) => backend

/** A backend that lets others go first before and after each operation. */
function stepping(backend: SessionBackend, { step }: Scheduler): SessionBackend {
  return onEach(backend, async (_operation, run) => {
    await step()
    const result = await run()
    await step()
    return result
  })
}

function counting(backend: SessionBackend, calls: string[]): SessionBackend {
  return onEach(backend, (operation, run) => {
    calls.push(operation)
    return run()
  })
}

/** A backend of which `around` runs every operation but `scan` and `close`. */
export function onEach(
  backend: SessionBackend,
  around: <Result>(operation: string, run: () => Promise<Result>) => Promise<Result>,
): SessionBackend {
  return {
    supports: backend.supports,
    find: (id, call) => around('find', () => backend.find(id, call)),
    insert: (id, row, call) => around('insert', () => backend.insert(id, row, call)),
    replace: (id, row, call) => around('replace', () => backend.replace(id, row, call)),
    touch: (id, times, call) => around('touch', () => backend.touch(id, times, call)),
    remove: (id, call) => around('remove', () => backend.remove(id, call)),
    list: (group, call) => around('list', () => backend.list(group, call)),
    removeGroup: (group, call) => around('removeGroup', () => backend.removeGroup(group, call)),
    scan: (call) => backend.scan(call),
    ping: (call) => around('ping', () => backend.ping(call)),
    close: () => backend.close(),
  }
}
