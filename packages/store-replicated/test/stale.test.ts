import { allOperations } from '@sojourn/conformance/testing'
import { expect, test, vi } from 'vitest'
import { type Controlled, callAt, controlled, day, makeRow, t0 } from './controlled.ts'

const next = makeRow({ version: 'v2', priorVersions: ['v1'] })

async function withSession(): Promise<Controlled> {
  const instances = controlled({ timeout: 200 })
  await instances.backend.insert('g.a', makeRow(), callAt())
  await vi.waitFor(async () => {
    for (const memory of Object.values(instances.memories))
      expect(await memory.find('g.a.s', callAt())).toMatchObject({ version: expect.anything() })
  })
  return instances
}

test.each([0, 10])(
  'an instance that comes back after %i days revives no session that ended meanwhile',
  async (days) => {
    const { backend, controls } = await withSession()
    const cut = controls.c.fail(allOperations)
    await backend.remove('g.a', { ...callAt(), reason: 'logout' })
    cut.stop()
    const gone = controls.a.fail(allOperations) // b alone knows of the end
    const later = callAt(t0 + days * day)
    const found = await backend.find('g.a', later)
    expect(found === null || 'ended' in found).toBe(true)
    expect(await backend.list('g', later)).toEqual([])
    expect(await backend.replace('g.a', next, { ...later, expected: 'v1' })).toBe('gone')
    gone.stop()
  },
)

test('a read repairs the instance that is behind', async () => {
  const { backend, controls, memories } = await withSession()
  const cut = controls.c.fail(allOperations)
  await backend.replace('g.a', next, { ...callAt(), expected: 'v1' })
  cut.stop()
  await vi.waitFor(async () => {
    await backend.find('g.a', callAt())
    const [a, c] = await Promise.all([
      memories.a.find('g.a.s', callAt()),
      memories.c.find('g.a.s', callAt()),
    ])
    expect(c).toEqual(a)
  })
})

test('a logout that failed and reached one instance wins when it is seen', async () => {
  const { backend, controls } = await withSession()
  for (const control of [controls.a, controls.b]) failSecondReplace(control)
  await expect(backend.remove('g.a', { ...callAt(), reason: 'logout' })).rejects.toThrow()
  controls.a.restore()
  controls.b.restore()
  await vi.waitFor(async () => {
    expect(await backend.find('g.a', callAt())).toMatchObject({ ended: 'logout' })
  })
})

test('a write that failed and reached one instance is applied once, or not at all', async () => {
  const { backend, controls } = await withSession()
  for (const control of [controls.a, controls.b]) failSecondReplace(control)
  const write = () => backend.replace('g.a', next, { ...callAt(), expected: 'v1' })
  await expect(write()).rejects.toThrow()
  controls.a.restore()
  controls.b.restore()
  const again = await write()
  const conflict = typeof again === 'object' ? again.conflict.version : again
  expect(['replaced', 'v2']).toContain(conflict)
  expect(await backend.find('g.a', callAt())).toMatchObject({ version: 'v2' })
})

test('removeGroup ends a session that only the instance knows that was cut off', async () => {
  const { backend, controls } = await withSession()
  for (const control of [controls.a, controls.b]) control.fail('replace')
  await expect(backend.insert('g.b', makeRow(), callAt(t0 + 1))).rejects.toThrow()
  controls.a.restore()
  controls.b.restore()
  controls.c.fail(allOperations)
  expect(await backend.removeGroup('g', { ...callAt(t0 + 2), reason: 'revoked' })).toEqual(['g.a'])
  controls.c.restore()
  controls.b.fail(allOperations)
  expect(await backend.list('g', callAt(t0 + 3))).toEqual([])
  expect(await backend.find('g.b', callAt(t0 + 3))).toMatchObject({ ended: 'revoked' })
})

/** Lets the promise of the next proposal through, and fails what it is to accept. */
function failSecondReplace(control: Controlled['controls']['a']): void {
  let count = 0
  control.intercept('replace', (run) => {
    count++
    return count % 2 === 1 ? run() : Promise.reject(new Error('ECONNREFUSED'))
  })
}
