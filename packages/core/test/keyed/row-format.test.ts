import { describe, expect, test } from 'vitest'
import type { Row } from '../../src/store/backend.ts'
import { browser, managerOver, mapBackend, signedIn, visit } from '../support.ts'

describe('a row', () => {
  test.each([undefined, '9999999999999', Number.NaN, Number.POSITIVE_INFINITY, null])(
    'D-06: a row whose end or last touch is %s opens nothing, and is the trouble of the store',
    async (wrong) => {
      const { manager, visitor, row, answers } = await signedIn()
      for (const fields of [{ touchedAt: wrong }, { expiresAt: wrong }]) {
        answers.find = async () => ({ ...row, ...fields }) as Row
        const error = { code: 'ERR_STORE_CONTRACT', status: 503 }
        await expect(manager.load(visitor.carrier())).rejects.toMatchObject(error)
      }
    },
  )

  test('a session whose row has a time that is no number is not opened', async () => {
    const backend = mapBackend()
    const { manager, clock } = managerOver(backend)
    const visitor = browser()
    const { session } = await visit(manager, visitor, (first) => first.login('user-1'))
    const row = backend.rows.get(session.id) as Row
    backend.rows.set(session.id, { ...row, touchedAt: Number.NaN, expiresAt: 1e15 })
    clock.now += 365 * 86_400_000
    await expect(visit(manager, visitor)).rejects.toMatchObject({ code: 'ERR_STORE_CONTRACT' })
  })
})
