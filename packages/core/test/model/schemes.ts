import { createTestCarrier } from '@sojourn/conformance/testing'
import type { SessionOptions } from '../../src/options/options.ts'
import { testManager } from '../support.ts'
import type { Scheme } from './simulation.ts'

const interval = 15 * 60_000
const grace = 30_000

/** Sojourn itself: a manager, and the events that concern rotation, as `type id`. */
export function sojourn(options: Partial<SessionOptions> = {}) {
  const { manager, clock } = testManager({ maxAge: '24h', ...options })
  const alarms: { readonly type: string; readonly at: number }[] = []
  for (const type of ['replayed', 'stalled'] as const)
    manager.on(type, () => alarms.push({ type, at: clock.now }))
  const begin = async (cookie: string | undefined, at: number) => {
    clock.now = at
    const carrier = createTestCarrier({ cookie })
    return { session: await manager.load(carrier), carrier }
  }
  const scheme: Scheme = {
    async logIn(cookies, at) {
      const { session, carrier } = await begin(cookies, at)
      await session.login('user')
      await manager.commit(session, carrier)
      return carrier.setCookies
    },
    async arrive(cookies, at) {
      const { session, carrier } = await begin(cookies, at)
      return {
        isLoggedIn: session.userId !== undefined,
        async leave(leftAt) {
          clock.now = leftAt
          await manager.commit(session, carrier)
          return carrier.setCookies
        },
      }
    },
  }
  return { scheme, alarms, manager, clock }
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
    async logIn(_, at) {
      const current = mint()
      sessions.set(current, { current, rotatedAt: at, old: new Map() })
      return [`sid=${current}`]
    },
    async arrive(cookies = '', at) {
      const token = cookies.slice('sid='.length)
      const kept = sessions.get(token)
      const isLoggedIn =
        kept !== undefined && (kept.current === token || (kept.old.get(token) ?? 0) > at)
      const rotated = isLoggedIn ? rule(kept, token, at) : undefined
      if (kept && rotated !== undefined) sessions.set(rotated, kept)
      return {
        isLoggedIn,
        leave: async () => (rotated === undefined ? [] : [`sid=${rotated}`]),
      }
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
