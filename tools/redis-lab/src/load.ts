import { setTimeout as wait } from 'node:timers/promises'
import type { Visitor } from '@sojourn/conformance/store'
import { expect } from 'vitest'

/** Users who count up in their sessions again and again, and continue after an error. */
export interface Load {
  /** Returns how many requests have failed. */
  failures(): number
  /** Returns true if the latest request of every user succeeded. */
  succeeds(): boolean
  stop(): Promise<void>
  /**
   * Fails unless every error was `ERR_STORE_TIMEOUT` or `ERR_STORE_UNAVAILABLE`, no cookie changed, every request that
   * succeeded counts, and none counts twice. Call it after `stop`.
   */
  expectExact(): Promise<void>
}

interface LoadedUser {
  readonly visitor: Visitor
  readonly cookie: string | undefined
  succeeded: number
  failed: number
  isFailing: boolean
}

/** Starts the requests of users who are logged in and have not counted yet. */
export function startLoad(visitors: readonly Visitor[]): Load {
  let isStopped = false
  const codes = new Set<unknown>()
  const users = visitors.map(
    (visitor): LoadedUser => ({
      visitor,
      cookie: visitor.cookie,
      succeeded: 0,
      failed: 0,
      isFailing: false,
    }),
  )
  const running = users.map(async (user) => {
    while (!isStopped) {
      try {
        await user.visitor.request((session) =>
          session.update((data) => {
            data['n'] = Number(data['n'] ?? 0) + 1
          }),
        )
        user.succeeded++
        user.isFailing = false
      } catch (error) {
        codes.add(Object(error).code)
        user.failed++
        user.isFailing = true
      }
      await wait(20)
    }
  })
  return {
    failures: () => users.reduce((sum, { failed }) => sum + failed, 0),
    succeeds: () => users.every(({ isFailing }) => !isFailing),
    async stop() {
      isStopped = true
      await Promise.all(running)
    },
    async expectExact() {
      for (const code of codes) expect(code).toMatch(/^ERR_STORE_(TIMEOUT|UNAVAILABLE)$/)
      for (const { visitor, cookie, succeeded, failed } of users) {
        expect(visitor.cookie).toBe(cookie)
        const count = Number((await visitor.read())?.data['n'])
        expect(count).toBeGreaterThanOrEqual(succeeded)
        expect(count).toBeLessThanOrEqual(succeeded + failed)
      }
    },
  }
}
