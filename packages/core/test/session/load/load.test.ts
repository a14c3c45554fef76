import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { keyedStore } from '../../../src/keyed/keyed-store.ts'
import type { StoreFactory } from '../../../src/store/store.ts'
import { rowOf, signedIn, testBackend, testManager, visit, withData } from '../../support.ts'

describe('onStoreError anonymous', () => {
  test('stands in with an empty session that keeps nothing, and leaves the cookie good', async () => {
    const { manager, fail } = testManager({ onStoreError: 'anonymous' })
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    const outage = fail('find')
    const { carrier } = await visit(visitor, async (session) => {
      expect([session.isReadOnly, session.userId, session.data]).toEqual([true, undefined, {}])
      session.data['lost'] = true
      const down = { code: 'ERR_STORE_UNAVAILABLE' }
      await expect(session.login('user-1')).rejects.toMatchObject(down)
      await expect(session.destroy()).rejects.toMatchObject(down)
      await expect(session.update(() => 1)).rejects.toMatchObject(down)
      expect(() => session.rotate()).toThrow(expect.objectContaining(down))
    })
    const down = { code: 'ERR_STORE_UNAVAILABLE' }
    await visitor.request((session) =>
      expect(() => session.requireRecent('10m')).toThrow(expect.objectContaining(down)),
    )
    expect(carrier.setCookies).toEqual([])
    expect(discarded).toHaveBeenCalledWith({ what: 'changes', why: 'unavailable', id: undefined })
    outage.stop()
    await visitor.request((session) => expect(session.userId).toBe('user-1'))
  })
})

test('by default a session that the store cannot open is the error of the store', async () => {
  const { visitor, fail } = await signedIn()
  fail('find', { times: 1 })
  await expect(visitor.begin()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  expect(await visitor.read()).toMatchObject({ userId: 'user-1' })
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
    const { manager, rows } = testManager()
    const corrupt = vi.fn()
    manager.on('corrupt', corrupt)
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = createVisitor(manager)
    const { session } = await visit(visitor, (session) => {
      session.data['n'] = 1
    })
    const row = rowOf(rows, session.id)
    rows.set(session.id, { ...row, value: spoil(row.value) })
    await visitor.request((next) => {
      expect(next.isNew).toBe(true)
      expect(next.data).toEqual({})
      expect(next.data['isAdmin']).toBeUndefined()
    })
    expect(corrupt).toHaveBeenCalledTimes(1)
    expect(discarded).toHaveBeenCalledWith({ what: 'token', why: 'corrupt', id: session.id })
    expect(rows.has(session.id)).toBe(true)
  })

  const spoilt = ['{"n":', '1', 'null', '"text"', '[1]', '', 'x'.repeat(5e6)]
  test.each(spoilt.map((data): [string, string] => [data.slice(0, 9), data]))(
    'F-06: data that is %j is nobody, an event, and stays in place',
    async (_title, data) => {
      const { manager, visitor, put, row, id, rows } = await signedIn()
      const [corrupt, value] = [vi.fn(), withData(row, data)]
      manager.on('corrupt', corrupt)
      put({ value })
      expect((await visit(visitor)).session.isNew).toBe(true)
      expect(corrupt).toHaveBeenCalledTimes(1)
      expect(rowOf(rows, id).value).toBe(value)
    },
  )
})

describe('a store of another make that fails with nothing in place of an error', () => {
  const fallen = { isOpenDown: false, isSaveDown: false }
  const over = testBackend()
  const store: StoreFactory = (env) => {
    const keyed = keyedStore(over.backend)(env)
    return {
      ...keyed,
      open: (...args) => (fallen.isOpenDown ? Promise.reject() : keyed.open(...args)),
      save: (...args) => (fallen.isSaveDown ? Promise.reject() : keyed.save(...args)),
    }
  }
  const { manager } = testManager({ store }, over)
  const visitor = createVisitor(manager)
  const down = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }

  test('fails the load and the commit with an error: frameworks take nothing for success', async () => {
    await visitor.request((session) => session.login('user-1'))
    const pending = await visitor.begin()
    Object.assign(fallen, { isOpenDown: true, isSaveDown: true })
    await expect(visitor.begin()).rejects.toMatchObject(down)
    pending.session.data['n'] = 1
    await expect(pending.finish()).rejects.toMatchObject(down)
  })
})
