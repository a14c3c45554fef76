import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor, type TestData, type Visitor } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { migrateStore } from '../../src/index.ts'
import { sessionXSource } from '../../src/sessionx.ts'
import type { WritingClient } from '../../src/sources/sessionx/shared-records.ts'
import { createGoService, type GoRedis } from './go-service.ts'
import { createMapClient } from './map-client.ts'

/** A Go service and a Sojourn server on one Redis, with a clock of their own. */
export function createWorld() {
  const client = createMapClient()
  return { client, ...createWorldOn(client) }
}

/** The same, on a Redis that the test has. */
export function createWorldOn(client: WritingClient & GoRedis) {
  const clock = { now: Date.UTC(2030, 0, 1) }
  const entries: Entries = new Map()
  const go = createGoService(client, { now: () => clock.now })
  const server = createSessionManager<TestData>(
    devConfig(randomBytes(32), {
      store: migrateStore({
        from: sessionXSource({
          client,
          userId: (data) => data['user'],
          dual: { secure: false },
        }),
        to: keyedStore(referenceBackend({ entries })),
      }),
      clock: () => clock.now,
      warn: () => undefined,
    }),
  )
  const visitor = (cookie?: string) => createVisitor<TestData>(server, cookie)
  return {
    clock,
    go,
    server,
    visitor,
    /** Returns a visitor who has logged in on the Sojourn server. */
    async ann(): Promise<Visitor<TestData>> {
      const ann = visitor()
      await ann.request(async (session) => {
        await session.login('ann')
        session.data['user'] = 'ann'
        session.data['n'] = 1
      })
      return ann
    },
    forgetEnds() {
      clock.now += 60_000
      for (const [id, entry] of entries) if ('ended' in entry) entries.delete(id)
    },
  }
}

/** Returns data without the stamp. */
export const dataOf = (data: object) =>
  Object.fromEntries(Object.entries(data).filter(([key]) => key !== '_sojourn'))

/** Returns the cookie of a name as a browser sends it. */
export function named(name: string, { cookie }: { readonly cookie: string | undefined }) {
  return cookie?.split('; ').find((pair) => pair.startsWith(`${name}=`))
}
