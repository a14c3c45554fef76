import { setImmediate as turn } from 'node:timers/promises'
import { allOperations } from '@sojourn/conformance/testing'
import { expect, test } from 'vitest'
import { type Controlled, callAt, controlled, hour, makeRow, t0 } from './controlled.ts'

const minute = 60_000

test('a revocation outbids a touch that failed, when the others have forgotten the row', async () => {
  const { controls, another } = controlled()
  const row = makeRow({ expiresAt: t0 + hour })
  await another().insert('g.a', row, callAt())
  for (const control of [controls.b, controls.c]) failSecondReplace(control)
  const times = { touchedAt: t0 + hour / 2, expiresAt: t0 + 2 * hour }
  const touch = another().touch('g.a', times, { ...callAt(t0 + hour / 2), expected: row })
  await expect(touch).rejects.toThrow()
  for (const control of [controls.b, controls.c]) control.restore()
  const cut = controls.a.fail(allOperations)
  const later = callAt(t0 + hour + minute)
  await another().remove('g.a', { ...later, reason: 'revoked' })
  cut.stop()
  controls.c.fail(allOperations)
  expect(await another().find('g.a', later)).toMatchObject({ ended: 'revoked' })
})

test('a change outbids a touch that failed, also when the change expires before it', async () => {
  const { controls, another } = controlled()
  const row = makeRow({ expiresAt: t0 + hour })
  await another().insert('g.a', row, callAt())
  for (const control of [controls.b, controls.c]) failSecondReplace(control)
  const times = { touchedAt: t0 + hour / 2, expiresAt: t0 + hour * 1.5 }
  const touch = another().touch('g.a', times, { ...callAt(t0 + hour / 2), expected: row })
  await expect(touch).rejects.toThrow()
  for (const control of [controls.b, controls.c]) control.restore()
  const cut = controls.a.fail(allOperations)
  const brief = makeRow({ version: 'v2', priorVersions: ['v1'], expiresAt: t0 + hour * 0.6 })
  const now = callAt(t0 + hour * 0.55)
  expect(await another().replace('g.a', brief, { ...now, expected: 'v1' })).toBe('replaced')
  cut.stop()
  controls.c.fail(allOperations)
  expect(await another().find('g.a', callAt(t0 + hour * 1.2))).toBe(null)
})

test('an instance that was emptied a moment ago does not outvote the one that has a session', async () => {
  const { backend, controls, memories, another } = controlled({ timeout: '1h' })
  await backend.ping(callAt())
  const miss = controls.c.fail(allOperations)
  await backend.insert('g.a', makeRow(), callAt())
  miss.stop()
  const server = another()
  await server.ping(callAt())
  await memories.b.close() // which empties a memory
  controls.c.takeCalls()
  const slow = controls.a.hold(['find', 'list'])
  const found = server.find('g.a', callAt())
  const listed = server.list('g', callAt())
  await Promise.all([slow.reached, controls.c.called('list')])
  await turn() // c has answered, and so has b
  slow.release()
  expect(await found).toMatchObject({ version: 'v1' })
  expect(await listed).toHaveLength(1)
})

/** Lets the promise of the next proposal through, and fails what it is to accept. */
function failSecondReplace(control: Controlled['controls']['a']): void {
  let count = 0
  control.intercept('replace', (run) => {
    count++
    return count % 2 === 1 ? run() : Promise.reject(new Error('ECONNREFUSED'))
  })
}
