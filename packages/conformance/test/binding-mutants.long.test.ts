import { randomBytes } from 'node:crypto'
import {
  type BindingUnderTest,
  bindingSuite,
  register,
  runSuite,
} from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { describe, expect, test } from 'vitest'
import { bindingMutants } from './binding-mutants/mutants.ts'
import { plainBinding, type Steps } from './binding-mutants/plain-binding.ts'

const secret = randomBytes(32)
const createManager: BindingUnderTest['createManager'] = (backend, options) =>
  createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options }))

const suiteOf = (name: string, changed: Partial<Steps> = {}) =>
  bindingSuite({
    name,
    guards: true,
    forms: true,
    upgrades: true,
    ...plainBinding(changed),
    createManager,
  })

describe('the plainest binding', () => {
  register(suiteOf('plain'), { test })
})

for (const [name, { changed, breaks }] of Object.entries(bindingMutants))
  test(`exactly the cases that ${name} names fail on it`, async () => {
    const results = await runSuite(suiteOf(name, changed))
    const failed = results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)
    expect(failed).toEqual(breaks)
  })
