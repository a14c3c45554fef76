import { describe, expect, test, vi } from 'vitest'
import type { Row, SessionBackend } from '../../src/store/backend.ts'
import { browser, managerOver, mapBackend, signedIn, visit, withData } from '../support.ts'

describe('onStoreError anonymous', () => {
  test('stands in with an empty session that keeps nothing, and leaves the cookie good', async () => {
    const backend = mapBackend()
    const trouble = { isOn: false }
    const find: SessionBackend['find'] = (id, call) =>
      trouble.isOn ? Promise.reject(new Error('down')) : backend.find(id, call)
    const { manager } = managerOver({ ...backend, find }, { onStoreError: 'anonymous' })
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    trouble.isOn = true
    const { carrier } = await visit(manager, visitor, async (session) => {
      expect([session.isReadOnly, session.userId, session.data]).toEqual([true, undefined, {}])
      session.data['lost'] = true
      const down = { code: 'ERR_STORE_UNAVAILABLE' }
      await expect(session.login('user-1')).rejects.toMatchObject(down)
      await expect(session.destroy()).rejects.toMatchObject(down)
      await expect(session.update(() => 1)).rejects.toMatchObject(down)
      expect(() => session.rotate()).toThrow(expect.objectContaining(down))
    })
    const down = { code: 'ERR_STORE_UNAVAILABLE' }
    await visit(manager, visitor, (session) =>
      expect(() => session.requireRecent('10m')).toThrow(expect.objectContaining(down)),
    )
    expect(carrier.setCookies).toEqual([])
    expect(discarded).toHaveBeenCalledWith({ what: 'changes', why: 'unavailable', id: undefined })
    trouble.isOn = false
    await visit(manager, visitor, (session) => expect(session.userId).toBe('user-1'))
  })
})

describe('a record that cannot be read', () => {
  const nan = new Uint8Array(8).fill(0xff)
  const wrong: [string, (value: Uint8Array) => Uint8Array][] = [
    ['empty', () => new Uint8Array()],
    ['cut off', (value) => value.slice(0, value.length / 2)],
    ['of another format', (value) => Uint8Array.of(9, ...value.slice(1))],
    [
      'of an unknown codec',
      (value) =>
        Buffer.from(Buffer.from(value).toString('latin1').replace('json', 'xson'), 'latin1'),
    ],
    [
      'with data that is a list',
      (value) =>
        Buffer.from(Buffer.from(value).toString('latin1').replace('{"n":1}', '[1,2,3]'), 'latin1'),
    ],
    [
      'with poisoned data',
      (value) => Buffer.concat([value.slice(0, -7), Buffer.from('{"__proto__":{"isAdmin":true}}')]),
    ],
    [
      'with times that are no numbers',
      (value) => Buffer.concat([value.slice(0, 7), Uint8Array.of(0), nan, value.slice(13)]),
    ],
  ]
  test.each(wrong)('%s is no session, is told of, and stays in place', async (_title, spoil) => {
    const backend = mapBackend()
    const { manager } = managerOver(backend)
    const corrupt = vi.fn()
    manager.on('corrupt', corrupt)
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = browser()
    const { session } = await visit(manager, visitor, (session) => {
      session.data['n'] = 1
    })
    const row = backend.rows.get(session.id)
    if (!row || !('value' in row)) return expect.fail('no row')
    backend.rows.set(session.id, { ...row, value: spoil(row.value) })
    await visit(manager, visitor, (next) => {
      expect(next.isNew).toBe(true)
      expect(next.data).toEqual({})
      expect(next.data['isAdmin']).toBeUndefined()
    })
    expect(corrupt).toHaveBeenCalledTimes(1)
    expect(discarded).toHaveBeenCalledWith({ what: 'token', why: 'corrupt', id: session.id })
    expect(backend.rows.has(session.id)).toBe(true)
  })

  const spoilt = ['{"n":', '1', 'null', '"text"', '[1]', '', 'x'.repeat(5e6)]
  test.each(spoilt.map((data): [string, string] => [data.slice(0, 9), data]))(
    'F-06: data that is %j is nobody, an event, and stays in place',
    async (_title, data) => {
      const { manager, visitor, put, row, id, backend } = await signedIn()
      const [corrupt, value] = [vi.fn(), withData(row, data)]
      manager.on('corrupt', corrupt)
      put({ value })
      expect((await visit(manager, visitor)).session.isNew).toBe(true)
      expect(corrupt).toHaveBeenCalledTimes(1)
      expect((backend.rows.get(id) as Row).value).toBe(value)
    },
  )
})
