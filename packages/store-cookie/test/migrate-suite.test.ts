import { randomBytes } from 'node:crypto'
import { createScheduler } from '@sojourn/conformance'
import { referenceBackend } from '@sojourn/conformance/backend'
import {
  asFleet,
  register,
  type StoreUnderTest,
  storeSuite,
  type TestData,
} from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { migrateStore } from '@sojourn/migrate'
import { cookieStore } from '@sojourn/store-cookie'
import { describe, test } from 'vitest'

const supports = {
  conditionalWrite: false,
  revocation: true,
  list: false,
  limit: false,
  scan: false,
}
const alone = 'Until sessions are moved, parallel logins do not share one.'
const unshared = { 'P4.14': alone, 'P4.15': alone }
const twice = 'A sealed session that has not moved is asked for in both stores.'

/** A fleet that migrates out of the cookie: half of its servers move sessions, half do not yet, or as `random` says. */
function openMigration(random: () => number): StoreUnderTest {
  const backends = { marks: referenceBackend(), to: referenceBackend() }
  const secret = randomBytes(32)
  return {
    connect(config, wrap) {
      const server = (move: boolean) => {
        const from = cookieStore({ revocations: wrap(backends.marks) })
        const store = migrateStore({ from, to: keyedStore(wrap(backends.to)), move })
        return createSessionManager<TestData>(devConfig(secret, { store, ...config }))
      }
      return asFleet([server(false), server(true)], random)
    },
  }
}

describe('a fleet of which none moves sessions out of the cookie yet', () => {
  const open = () => openMigration(() => 0)
  register(storeSuite({ open, supports, sealed: true, exempt: { ...unshared, 'P7.1': twice } }), {
    test,
  })
})

describe('a fleet of which some servers move sessions out of the cookie and some do not yet', () => {
  const open = () => openMigration(createScheduler(1).random)
  register(storeSuite({ open, supports, sealed: true, exempt: unshared }), { test })
})

describe('a fleet of which all move sessions out of the cookie', () => {
  const open = () => openMigration(() => 0.5)
  register(storeSuite({ open, supports }), { test })
})
