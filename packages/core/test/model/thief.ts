import { createTestCarrier, type Jar } from '@sojourn/conformance/testing'
import type { SessionManager } from '../../src/manager/manager.ts'

/** What a thief does with the cookies that were copied from a browser. */
export interface Thief {
  /** Ms between two attempts: from the first value to the second. */
  readonly every: readonly [number, number]
  /** Tries to use the session, at the clock's now. Returns true if it opened. */
  attempt(): Promise<boolean>
}

/** Requests with the stolen cookies. With `takes`, the thief keeps the cookies that the responses set. */
export function requester(
  manager: SessionManager,
  { jar, every, takes = false }: { jar: Jar; every: Thief['every']; takes?: boolean },
): Thief {
  return {
    every,
    async attempt() {
      const carrier = createTestCarrier({ cookie: jar.header })
      const session = await manager.load(carrier)
      const isOpen = session.userId !== undefined
      await manager.commit(session, carrier)
      if (takes) jar.take(carrier.setCookies)
      return isOpen
    },
  }
}

/** Requests that make the application call `rotate()`, with all that it sends taken. */
export function rotator(
  manager: SessionManager,
  { jar, every }: { jar: Jar; every: Thief['every'] },
): Thief {
  return {
    every,
    async attempt() {
      const carrier = createTestCarrier({ cookie: jar.header })
      const session = await manager.load(carrier)
      const isOpen = session.userId !== undefined
      if (isOpen) session.rotate()
      await manager.commit(session, carrier)
      jar.take(carrier.setCookies)
      return isOpen
    },
  }
}

/** Reads by `manager.read`, which has no response. */
export function reader(
  manager: SessionManager,
  { jar, every }: { jar: Jar; every: Thief['every'] },
): Thief {
  return {
    every,
    async attempt() {
      const session = await manager.read({ cookie: jar.header ?? '' })
      return session.userId !== undefined
    },
  }
}

/** A socket that was opened once, and is kept alive. */
export async function socket(
  manager: SessionManager,
  { jar, every }: { jar: Jar; every: Thief['every'] },
): Promise<Thief> {
  const watch = await manager.watch({ cookie: jar.header ?? '' })
  return { every, attempt: () => watch.keepAlive() }
}
