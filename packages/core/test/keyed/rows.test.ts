import { expect, test, vi } from 'vitest'
import { signedIn, withData } from '../support.ts'

test('G-05: a row that is poisoned between load and commit is corrupt, and not merged', async () => {
  const { manager, visitor, put, row } = await signedIn()
  const corrupt = vi.fn()
  manager.on('corrupt', corrupt)
  for (const poison of ['{"__proto__":{"isAdmin":1}}', '{"a":{"__proto__":{"isAdmin":1}}}']) {
    put({})
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    session.data['n'] = 2
    put({ version: 'theirs', value: withData(row, poison) })
    await manager.commit(session, carrier)
    expect(session.ended).toBe('gone')
    expect(Reflect.get(session.data, 'isAdmin')).toBeUndefined()
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined()
    expect(carrier.setCookies).toEqual([])
  }
  expect(corrupt).toHaveBeenCalledTimes(2)
})
