import type { ConfigOptions, SessionManager, StoreSupports } from '@sojourn/core'
import type { SessionBackend } from '@sojourn/core/store'
import { createBackendControl } from './backend-control.ts'
import type { EventLeaks } from './event-leaks.ts'
import { allOperations, awaitableOperations, type Operation } from './intercept-operations.ts'
import { type OperationLog, startOfCases } from './operation-log.ts'
import type { Scheduler } from './scheduler.ts'
import type { CaseDefinition } from './suite.ts'
import { createVisitor, type TestData, type Visitor } from './visitor.ts'

/** The manager's options that a case sets; pass all of them to `createSessionManager`. */
export type ConnectOptions = Omit<ConfigOptions, 'store'>

/** Wraps a backend, so that the suite can interleave, count and fail its operations. */
export type Wrap = (backend: SessionBackend) => SessionBackend

/** One storage, empty at first. */
export interface StoreUnderTest {
  /** Returns a manager over the storage. Each call adds a server to a fleet that shares the storage and the secret. */
  connect(options: ConnectOptions, wrap: Wrap): SessionManager<TestData>
  /** Returns everything in the storage, keys and values, as bytes. They must contain the ids of its live sessions. */
  dump?(): Uint8Array | Promise<Uint8Array>
  close?(): void | Promise<void>
}

/** What each case of the store suite gets: a storage of its own and a clock that only the case moves. */
export interface StoreFixture {
  readonly manager: SessionManager<TestData>
  readonly clock: { now: number }
  /** Returns another manager over the same storage. */
  connect(options?: Partial<ConnectOptions> & { readonly wrap?: Wrap }): SessionManager<TestData>
  /** Returns a browser with an empty jar. */
  visitor(manager?: SessionManager<TestData>): Visitor
  dump(): Promise<Uint8Array>
  /** Returns the backend operations since the last `takeCalls`. */
  takeCalls(): readonly Operation[]
  /** Lets other requests run, for a number of turns that the seed decides. */
  readonly scheduler: Scheduler
}

/** A case of the store suite. */
export type StoreCase = CaseDefinition<StoreFixture>

/** The limits of every session in the cases, in ms. */
export const limits = {
  maxAge: 40 * 60_000,
  absoluteTimeout: 8 * 3_600_000,
  touchInterval: 4 * 60_000,
  rotationInterval: 15 * 60_000,
  rotationGrace: 30_000,
}

/** How often a race runs, with a different interleaving each time. */
export const rounds = 300

interface StoreContext {
  readonly supports: StoreSupports
  readonly scheduler: Scheduler
  readonly leaks: EventLeaks
  readonly log: OperationLog
  /** The `storeTimeout` of the managers, in ms. */
  readonly storeTimeout: number
  /** Whether outcomes that the backend has at once are passed on so. */
  readonly atOnce: boolean
}

/** Returns the fixture of one case over an empty storage. Omits rotation options that the store does not support. */
export function createStoreFixture(
  subject: StoreUnderTest,
  { supports, scheduler, leaks, log, storeTimeout, atOnce }: StoreContext,
): StoreFixture {
  const clock = { now: startOfCases }
  const control = createBackendControl({ atOnce })
  control.intercept(atOnce ? promisedOperations : allOperations, async (run) => {
    await scheduler.step()
    const result = await run()
    await scheduler.step()
    return result
  })
  const { rotationInterval, rotationGrace, ...withoutRotation } = limits
  const defaults: ConnectOptions = {
    ...(supports.conditionalWrite ? limits : withoutRotation),
    storeTimeout,
    clock: () => clock.now,
    warn: () => undefined,
  }
  const connect: StoreFixture['connect'] = ({ wrap = unwrapped, ...options } = {}) =>
    leaks.follow(
      subject.connect({ ...defaults, ...options }, (backend) =>
        control.wrap(wrap(log.follow(backend))),
      ),
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
    takeCalls: control.takeCalls,
  }
}

const promisedOperations = allOperations.filter(
  (operation) => !awaitableOperations.some((awaitable) => awaitable === operation),
)

const unwrapped: Wrap = (backend) => backend
