import { setTimeout as wait } from 'node:timers/promises'
import { createVisitor, type TestData } from '@sojourn/conformance/store'
import type { SessionManager } from '@sojourn/core'

/** Visitors who log in, and log out on another server. */
export interface Leavers {
  /** Returns how many have logged out. */
  count(): number
  /** Returns how many requests have failed. */
  failures(): number
  stop(): Promise<void>
  /** Returns the cookies that still open a session, on any server, of those who have logged out. */
  alive(): Promise<readonly string[]>
}

/** Starts to log visitors in and out, several at a time. A cookie is checked again by later visitors, at random. */
export function startLeavers(managers: readonly SessionManager<TestData>[]): Leavers {
  const cookies: string[] = []
  const revived = new Set<string>()
  let isStopped = false
  let failed = 0

  const check = async (cookie: string) => {
    for (const manager of managers)
      if (await createVisitor(manager, cookie).read()) revived.add(cookie)
  }
  const leave = async (name: string) => {
    const [one, other] = cookies.length % 2 === 0 ? managers : managers.toReversed()
    if (!one || !other) throw new Error('There are two servers')
    const visitor = createVisitor(one)
    await visitor.request((session) => session.login(name))
    const { cookie = '' } = visitor
    await visitor.at(other).request((session) => session.destroy())
    cookies.push(cookie)
    await check(cookie)
    await check(cookies[Math.floor(Math.random() * cookies.length)] ?? cookie)
  }
  const running = Array.from({ length: 4 }, async (_, number) => {
    while (!isStopped) {
      await leave(`leaver ${number}`).catch(() => failed++)
      await wait(10)
    }
  })
  return {
    count: () => cookies.length,
    failures: () => failed,
    async stop() {
      isStopped = true
      await Promise.all(running)
    },
    async alive() {
      for (const cookie of cookies) await check(cookie)
      return [...revived]
    },
  }
}
