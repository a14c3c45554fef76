import { setTimeout as wait } from 'node:timers/promises'
import { createVisitor, type TestData } from '@sojourn/conformance/store'
import type { SessionManager } from '@sojourn/core'
import { until } from './until.ts'

/** Users whose requests go from server to server. */
export interface WanderingLoad {
  /** Resolves when every user has made two more requests to each server. */
  pass(): Promise<void>
  /** Stops, and returns what went wrong: the codes of errors, logouts, and changes that were lost. */
  stop(): Promise<{
    readonly failed: readonly unknown[]
    readonly loggedOut: number
    readonly lost: number
  }>
}

const size = 20

/** Starts users who are logged in and count up in their sessions, each request on the next server. */
export async function startWanderingLoad(
  managers: readonly SessionManager<TestData>[],
): Promise<WanderingLoad> {
  const [first] = managers
  if (!first) throw new Error('There is no server')
  let isStopped = false
  let loggedOut = 0
  const failed: unknown[] = []
  const users = await Promise.all(
    Array.from({ length: size }, async (_, n) => {
      const user = { visitor: createVisitor(first), userId: `user-${n}`, requests: 0, succeeded: 0 }
      await user.visitor.request((session) => session.login(user.userId))
      return user
    }),
  )
  const running = users.map(async (user) => {
    while (!isStopped) {
      const server = managers[user.requests % managers.length] ?? first
      user.requests++
      try {
        await user.visitor.at(server).request(async (session) => {
          if (session.userId !== user.userId) {
            loggedOut++
            await session.login(user.userId)
          }
          await session.update((data) => (data['n'] = Number(data['n'] ?? 0) + 1))
        })
        user.succeeded++
      } catch (error) {
        failed.push(Object(error).code)
      }
      await wait(5)
    }
  })
  return {
    async pass() {
      const goals = users.map(({ requests }) => requests + 2 * managers.length)
      await until('all users to pass by', () =>
        users.every(({ requests }, n) => requests >= (goals[n] ?? 0)),
      )
    },
    async stop() {
      isStopped = true
      await Promise.all(running)
      let lost = 0
      for (const { visitor, succeeded } of users)
        lost += Math.max(0, succeeded - Number((await visitor.read())?.data['n'] ?? 0))
      return { failed, loggedOut, lost }
    },
  }
}
