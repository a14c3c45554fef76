import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor } from '@sojourn/conformance/testing'
import { expect, test } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import { defaultConfig, nist } from '../../src/options/presets.ts'
import { testManager } from '../support.ts'

const minute = 60_000

test('the NIST presets end a session exactly at the inactivity limit of their level', async () => {
  for (const [preset, minutes] of [
    [nist.aal2, 60],
    [nist.aal3, 15],
  ] as const) {
    const { manager, clock } = testManager(preset)
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    clock.now += minutes * minute - 1
    expect((await visitor.begin()).session.userId).toBe('user-1')
    clock.now += 1
    expect((await visitor.begin()).session.userId).toBeUndefined()
  }
})

test('the NIST presets are the numbers of SP 800-63B-4, and the manager takes them', () => {
  expect(nist).toEqual({
    aal1: { absoluteTimeout: '30d', persistent: false },
    aal2: { absoluteTimeout: '24h', maxAge: '59m', touchInterval: '1m', persistent: false },
    aal3: { absoluteTimeout: '12h', maxAge: '14m', touchInterval: '1m', persistent: false },
  })
  const store = keyedStore(referenceBackend())
  for (const preset of Object.values(nist))
    createSessionManager(defaultConfig(randomBytes(32), { store, ...preset }))
})
