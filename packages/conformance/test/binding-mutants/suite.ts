import { randomBytes } from 'node:crypto'
import { type BindingUnderTest, bindingSuite } from '@sojourn/conformance/binding'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { plainBinding, type Steps } from './plain-binding.ts'

const secret = randomBytes(32)
const createManager: BindingUnderTest['createManager'] = (backend, options) =>
  createSessionManager(devConfig(secret, { store: keyedStore(backend), ...options }))

/** The binding suite for the plainest binding, with some of its steps changed. */
export const suiteOf = (name: string, changed: Partial<Steps> = {}) =>
  bindingSuite({
    name,
    guards: true,
    forms: true,
    upgrades: true,
    replace: true,
    delete: true,
    passive: true,
    ip: true,
    ...plainBinding(changed),
    createManager,
  })
