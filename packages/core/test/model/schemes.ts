import { createTestCarrier } from '@sojourn/conformance/testing'
import { testManager } from '../support.ts'
import type { Scheme } from './simulation.ts'

const interval = 15 * 60_000
const grace = 30_000

/** Sojourn itself: a manager, with what it told of. */
export function sojourn(): { scheme: Scheme; replays: string[] } {
  const { manager, clock } = testManager({ maxAge: '24h' })
  const replays: string[] = []
  manager.on('replayed', ({ id }) => replays.push(id))
  const scheme: Scheme = {
    async signIn(at) {
      clock.now = at
      const carrier = createTestCarrier()
      const session = await manager.load(carrier)
      await session.login('user')
      await manager.commit(session, carrier)
      return carrier.setCookies[0]?.split(';')[0] ?? ''
    },
    async arrive(cookie, at) {
      clock.now = at
      const carrier = createTestCarrier({ cookie })
      const session = await manager.load(carrier)
      return {
        isSignedIn: session.userId !== undefined,
        async leave(leftAt) {
          clock.now = leftAt
          await manager.commit(session, carrier)
          return carrier.setCookies[0]?.split(';')[0]
        },
      }
    },
  }
  return { scheme, replays }
}

let minted = 0
const mint = (): string => `t${minted++}`

interface Kept {
  current: string
  rotatedAt: number
  /** Tokens that still open, and until when. */
  readonly old: Map<string, number>
}

/** What other libraries do, each as one rule over the same record. */
function rotating(rule: (kept: Kept, presented: string, at: number) => string | undefined): Scheme {
  const sessions = new Map<string, Kept>()
  return {
    async signIn(at) {
      const current = mint()
      sessions.set(current, { current, rotatedAt: at, old: new Map() })
      return current
    },
    async arrive(cookie, at) {
      const kept = sessions.get(cookie)
      const isSignedIn =
        kept !== undefined && (kept.current === cookie || (kept.old.get(cookie) ?? 0) > at)
      const rotated = isSignedIn ? rule(kept, cookie, at) : undefined
      if (kept && rotated !== undefined) sessions.set(rotated, kept)
      return { isSignedIn, leave: async () => rotated }
    },
  }
}

/** The old token is dead as soon as there is a new one. */
export const deleteFirst = (): Scheme =>
  rotating((kept, presented, at) => {
    if (presented !== kept.current || at - kept.rotatedAt < interval) return undefined
    Object.assign(kept, { current: mint(), rotatedAt: at })
    return kept.current
  })

/** The old token opens for a fixed time. */
export const fixedGrace = (): Scheme =>
  rotating((kept, presented, at) => {
    if (presented !== kept.current || at - kept.rotatedAt < interval) return undefined
    kept.old.set(kept.current, at + grace)
    Object.assign(kept, { current: mint(), rotatedAt: at })
    return kept.current
  })

/** The token before opens until the new one was seen, and for the grace after; a request with it is given a new one. */
export const previousPlusSeen = (): Scheme =>
  rotating((kept, presented, at) => {
    const isSeen = presented === kept.current
    if (isSeen)
      for (const [token, until] of kept.old)
        if (until === Number.POSITIVE_INFINITY) kept.old.set(token, at + grace)
    if (!isSeen || at - kept.rotatedAt < interval) return undefined
    kept.old.clear()
    kept.old.set(kept.current, Number.POSITIVE_INFINITY)
    Object.assign(kept, { current: mint(), rotatedAt: at })
    return kept.current
  })
