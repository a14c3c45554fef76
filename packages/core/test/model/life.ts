import type { TestData } from '@sojourn/conformance/testing'
import { expect } from 'vitest'
import type { SessionManager } from '../../src/manager/manager.ts'
import type { Session } from '../../src/session/session.ts'
import type { SessionBackend } from '../../src/store/backend.ts'

/** What the model believes of one session. */
interface Life {
  userId: string | undefined
  /** Keys whose commit was acknowledged: they must be there as long as the session lives (P2). */
  readonly kept: Set<string>
  /** Keys whose commit was refused or dropped: they must never be there (P1, P4). */
  readonly refused: Set<string>
  /** Acknowledged increments (P2, P11). */
  count: number
  /** Cookies from before the last elevation: they must open nothing (P4). */
  readonly cut: Set<string>
  /** Cookies handed out since. */
  readonly handed: Set<string>
  /** The cookie handed out last: while the session lives, it opens it (P3). */
  newest: string | undefined
  ended: string | undefined
}

/** A model of all sessions, told of everything that was acknowledged, and asked after every step. */
export function createModel() {
  const lives = new Map<string, Life>()
  const lifeOf = (id: string): Life => {
    const life = lives.get(id) ?? fresh()
    lives.set(id, life)
    return life
  }

  return {
    lives,
    lifeOf,
    /** A request that found a session alive: was it allowed to, and is everything there? */
    checkLoaded(session: Session<TestData>, cookie: string): void {
      const life = lifeOf(session.id)
      expect(life.ended, `P1: ${session.id} came back`).toBeUndefined()
      const isCut = tokensOf(session.id, cookie).every((token) => life.cut.has(token))
      expect(isCut, `P4: a token from before an elevation opened ${session.id}`).toBe(false)
      expect(session.userId).toBe(life.userId)
      for (const key of life.kept)
        expect(session.data[key], `P2: ${key} of ${session.id} is lost`).toBe(true)
      for (const key of life.refused)
        expect(session.data[key], `P4: ${key} was merged into ${session.id}`).toBeUndefined()
      const count = Number(session.data['count'] ?? 0)
      expect(count, `P2, P11: increments of ${session.id}`).toBe(life.count)
    },
    /** A request that found nobody: did its cookie have to open a session? */
    checkRefused(cookie: string | undefined): void {
      for (const [id, life] of lives)
        if (life.newest !== undefined && tokensOf(id, cookie).includes(life.newest))
          expect(life.ended, `P3: the newest token of ${id} opened nothing`).toBeDefined()
    },
    handOut(id: string, cookie: string): void {
      const life = lifeOf(id)
      life.handed.add(cookie)
      life.newest = cookie
    },
    elevated(id: string): void {
      const life = lifeOf(id)
      for (const cookie of life.handed) life.cut.add(cookie)
      life.handed.clear()
    },
    ended(id: string, how: string): void {
      lifeOf(id).ended ??= how
    },
    /** P10: the list of a user is exactly what lives. */
    async checkLists(manager: SessionManager<TestData>, users: readonly string[]): Promise<void> {
      for (const user of users) {
        const listed = (await manager.sessions(user)).map(({ id }) => id).sort()
        const living = [...lives].filter(([, life]) => life.userId === user && !life.ended)
        expect(listed, `P10: the sessions of ${user}`).toEqual(living.map(([id]) => id).sort())
      }
    },
  }
}

/** A backend that now and then loses the reply of a write that it has made, but not of its repetition (P11). */
export function losingReplies(
  backend: SessionBackend,
  { share, random }: { share: number; random: () => number },
): SessionBackend {
  let wasLost = false
  const losing =
    <Args extends unknown[], Result>(operation: (...args: Args) => Result | Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      const result = await operation(...args)
      const hasWritten =
        result === 'replaced' || (typeof result === 'object' && !('conflict' in Object(result)))
      wasLost = !wasLost && hasWritten && random() < share
      if (wasLost) throw new Error('ECONNRESET')
      return result
    }
  return {
    ...backend,
    insert: losing(backend.insert),
    replace: losing(backend.replace),
    // Where the reply of a login's remove is lost, so is what others wrote since the login began: docs/decisions/0005.
    remove: (id, call) =>
      (call.reason === 'login' ? backend : { remove: losing(backend.remove) }).remove(id, call),
  }
}

/** Returns the tokens of a session in a Cookie header, as `name=value`. An offered one counts beside the other only. */
function tokensOf(id: string, cookie = ''): readonly string[] {
  const pairs = cookie.split('; ')
  const isNamed = pairs.some((pair) => pair.startsWith(`sid=${id}.`))
  return isNamed ? pairs.filter((pair) => pair.includes(`=${id}.`)) : []
}

function fresh(): Life {
  return {
    userId: undefined,
    kept: new Set(),
    refused: new Set(),
    count: 0,
    cut: new Set(),
    handed: new Set(),
    newest: undefined,
    ended: undefined,
  }
}
