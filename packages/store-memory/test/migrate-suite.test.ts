import { createScheduler } from '@sojourn/conformance'
import { register, storeSuite } from '@sojourn/conformance/store'
import { describe, expect, test } from 'vitest'
import { openMigration } from './migration.ts'

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true, scan: true }
const twice = 'A session that has not moved is looked for in both stores.'
const moved = 'The first write is a move, not a touch.'
const alone = 'Until sessions are moved, parallel logins do not share one.'
const each = 'A limit holds in each store by itself, and these sessions begin in both.'

describe('a migration from a store that is empty', () => {
  const open = () => openMigration([true], () => 0)
  const suite = storeSuite({ open, supports, dumps: true })
  register(suite, { test })

  test('is offered every case', () => {
    expect(suite.notOffered).toEqual([])
  })
})

describe('a fleet of which some servers move sessions and some do not yet', () => {
  const open = () => openMigration([false, true], createScheduler(1).random)
  const exempt = {
    'P7.6': moved,
    'P7.8': moved,
    'P10.6': each,
    'P10.7': each,
    'P10.9': each,
    'P4.14': alone,
    'P4.15': alone,
    'P4.23': alone,
  }
  register(storeSuite({ open, supports, dumps: true, exempt }), { test })
})

describe('a fleet of which none moves sessions yet', () => {
  const open = () => openMigration([false], () => 0)
  const exempt = {
    'P3.6': twice,
    'P7.1': twice,
    'P7.2': twice,
    'P7.3': twice,
    'P7.9': twice,
    'P9.13': twice,
    'P4.14': alone,
    'P4.15': alone,
    'P4.23': alone,
  }
  register(storeSuite({ open, supports, dumps: true, exempt }), { test })
})
