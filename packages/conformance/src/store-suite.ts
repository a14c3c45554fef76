import type { StoreSupports } from '@sojourn/core'
import type { Awaitable, SessionBackend } from '@sojourn/core/store'
import { deepEqual } from './asserts.ts'
import { createEventLeaks } from './event-leaks.ts'
import type { awaitableOperations } from './intercept-operations.ts'
import { createScheduler } from './scheduler.ts'
import { acting } from './store-cases/p01-acting.ts'
import { nothingComesBack } from './store-cases/p01-nothing-comes-back.ts'
import { watches } from './store-cases/p01-p09-watch.ts'
import { nothingIsLost } from './store-cases/p02-nothing-is-lost.ts'
import { dataOfVersions } from './store-cases/p02-versions.ts'
import { versionsSideBySide } from './store-cases/p02-versions-side-by-side.ts'
import { rotationByAge } from './store-cases/p03-rotation-by-age.ts'
import { factors } from './store-cases/p04-factors.ts'
import { loginCutsClean } from './store-cases/p04-login.ts'
import { parallelLogins } from './store-cases/p04-parallel-logins.ts'
import { rotateCutsClean } from './store-cases/p04-rotate.ts'
import { credentials } from './store-cases/p05-p06-credentials.ts'
import { readingIsCheap } from './store-cases/p07-reading-is-cheap.ts'
import { trouble } from './store-cases/p08-trouble.ts'
import { clocksThatWereAhead } from './store-cases/p09-clocks.ts'
import { limitsAreServerSide } from './store-cases/p09-limits.ts'
import { limitOfSessions } from './store-cases/p10-limits.ts'
import { loggingOutEverywhere } from './store-cases/p10-log-out-everywhere.ts'
import { scans } from './store-cases/p10-p14-scan.ts'
import { usersSessions } from './store-cases/p10-users.ts'
import { retries } from './store-cases/p11-retries.ts'
import { cookiesForCause } from './store-cases/p12-cookies.ts'
import { deviceBindings } from './store-cases/p13-device-binding.ts'
import { devicePolicies } from './store-cases/p13-device-policies.ts'
import { deviceProofs } from './store-cases/p13-device-proofs.ts'
import { fingerprints } from './store-cases/p13-fingerprint.ts'
import { thievesAreNoticed } from './store-cases/p13-thieves.ts'
import { boundaries } from './store-cases/p14-boundaries.ts'
import { forgedRows } from './store-cases/p14-forged-rows.ts'
import { securityStamps } from './store-cases/p14-security-stamp.ts'
import { createStoreFixture, limits, type StoreCase, type StoreUnderTest } from './store-fixture.ts'
import { createSuite, type Suite } from './suite.ts'

/** The store under test and what it offers. */
export interface StoreSuiteOptions {
  /** Opens an empty storage for each case, which closes it. */
  open(): StoreUnderTest | Promise<StoreUnderTest>
  /** The name of the store in the report. @default 'store' */
  readonly name?: string
  /** The store's own `supports`. Cases about capabilities it lacks are not offered. */
  readonly supports: StoreSupports
  /** Whether `connect` applies `wrap` to a backend; false for a store without a backend. @default true */
  readonly wraps?: boolean
  /** Whether the token holds the session, so that each change sends a new one. @default false */
  readonly sealed?: boolean
  /** Whether `revokeEverybody` works: not over a backend that cannot `scan`. @default `supports.revocation` */
  readonly revokesEverybody?: boolean
  /** Whether users can act as others, so that the store has `openById`. @default `supports.list` */
  readonly acts?: boolean
  /** Whether the storage can be dumped. @default false */
  readonly dumps?: boolean
  /**
   * Passes on what the backend returns at once, in place of a promise of it, as a store in memory does in an application. Races
   * are run less thoroughly then: register the suite without it too. The suite fails if the backend returns promises.
   * @default false: each operation takes some turns of the event loop, which the seed determines
   */
  readonly atOnce?: boolean
  /** Cases that may fail: the reason by case id. An exemption that is not needed fails. */
  readonly exempt?: Readonly<Record<string, string>>
  /** Determines the interleavings. @default 1 */
  readonly seed?: number
  /** The `storeTimeout` of the managers, in ms, 5 minutes at most. No case is about speed. @default 20_000 */
  readonly storeTimeout?: number
  /** The time limit of a case, in ms: raise it for a slow store. @default 60_000 */
  readonly timeoutMs?: number
}

/**
 * Returns the promises P1 to P14 to users as cases, which run through a manager on any store. After each, the events of
 * its managers are searched for tokens.
 *
 * @example
 * ```ts
 * import { register, storeSuite } from '@sojourn/conformance/store'
 * import { test } from 'vitest'
 *
 * const connect = (options, wrap) =>
 *   createSessionManager(devConfig(secret, { store: keyedStore(wrap(backend)), ...options }))
 * register(storeSuite({ open: () => ({ connect }), supports }), { test })
 * ```
 */
export function storeSuite(options: StoreSuiteOptions): Suite {
  const { open, supports, exempt, seed = 1, storeTimeout = 20_000, timeoutMs = 60_000 } = options
  const { name = 'store', wraps = true, sealed = false, dumps = false, atOnce = false } = options
  const { revokesEverybody = supports.revocation, acts = supports.list } = options
  const offered: Readonly<Record<string, boolean>> = {
    ...supports,
    wrap: wraps,
    stored: !sealed,
    dump: dumps,
    revokeEverybody: revokesEverybody,
    acts,
  }
  return createSuite({
    name,
    definitions: [claims(supports), ...(atOnce ? [hasOutcomesAtOnce] : []), ...definitions],
    offers: (need) => offered[need] === true,
    async withSubject(run, log) {
      const subject = await open()
      const leaks = createEventLeaks()
      const scheduler = createScheduler(seed)
      try {
        await run(
          createStoreFixture(subject, { supports, scheduler, leaks, log, storeTimeout, atOnce }),
        )
        leaks.check()
      } finally {
        await subject.close?.()
      }
    },
    ...(exempt ? { exempt } : {}),
    timeoutMs,
    seed,
  })
}

const definitions: readonly StoreCase[] = [
  ...nothingComesBack,
  ...nothingIsLost,
  ...dataOfVersions,
  ...versionsSideBySide,
  ...rotationByAge,
  ...loginCutsClean,
  ...parallelLogins,
  ...rotateCutsClean,
  ...factors,
  ...credentials,
  ...readingIsCheap,
  ...trouble,
  ...retries,
  ...limitsAreServerSide,
  ...clocksThatWereAhead,
  ...usersSessions,
  ...limitOfSessions,
  ...loggingOutEverywhere,
  ...scans,
  ...cookiesForCause,
  ...thievesAreNoticed,
  ...fingerprints,
  ...deviceBindings,
  ...deviceProofs,
  ...devicePolicies,
  ...boundaries,
  ...forgedRows,
  ...securityStamps,
  ...acting,
  ...watches,
]

/** Checks `supports` against the manager's, so that no capability is hidden from the suite. */
function claims(supports: StoreSupports): StoreCase {
  return {
    id: 'P0.1',
    title: 'the store supports what the suite was told, no more and no less',
    async run({ manager }) {
      deepEqual({ ...manager.supports }, { ...supports })
    },
  }
}

/** Without this case, a backend of promises would pass the suite twice in the same form. */
const hasOutcomesAtOnce: StoreCase = {
  id: 'P0.2',
  title: 'the outcomes of find, insert, replace and touch are there at once',
  async run({ connect, visitor, clock }) {
    const waitedFor = new Set<string>()
    const manager = connect({
      wrap: (backend) => ({
        ...backend,
        ...noting(backend, (operation) => waitedFor.add(operation)),
      }),
    })
    const ann = visitor(manager)
    await ann.request((session) => session.login('ann'))
    await ann.request(({ data }) => Object.assign(data, { n: 1 }))
    clock.now += limits.touchInterval
    await ann.request()
    deepEqual([...waitedFor], [])
  },
}

/** Returns the operations of a backend that may be at once, and reports each that returns a promise. */
function noting(
  backend: SessionBackend,
  note: (operation: string) => void,
): Pick<SessionBackend, (typeof awaitableOperations)[number]> {
  const noted = <Outcome>(operation: string, outcome: Awaitable<Outcome>): Awaitable<Outcome> => {
    if (typeof Object(outcome).then === 'function') note(operation)
    return outcome
  }
  return {
    find: (...args) => noted('find', backend.find(...args)),
    insert: (...args) => noted('insert', backend.insert(...args)),
    replace: (...args) => noted('replace', backend.replace(...args)),
    touch: (...args) => noted('touch', backend.touch(...args)),
  }
}
