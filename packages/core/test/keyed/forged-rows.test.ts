import { randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { decodeValue, encodeValue } from '../../src/keyed/row-format.ts'
import type { SessionId, SessionRecord } from '../../src/record/record.ts'
import type { Row } from '../../src/store/backend.ts'
import { rowOf, signedIn, testManager } from '../support.ts'

/** Returns the row with other fields in its record, as whoever can write to the store may make it. */
function forge(id: SessionId, row: Row, fields: Partial<SessionRecord>): Row {
  const { record, data } = decodeValue(id, row.value, [jsonCodec])
  return { ...row, value: encodeValue({ ...record, ...fields }, data, jsonCodec) }
}

describe('a row that names another user', () => {
  async function forged() {
    const made = await signedIn()
    const discarded = vi.fn()
    made.manager.on('discarded', discarded)
    const row = forge(made.id, made.row, { userId: 'admin' })
    return { ...made, discarded, row }
  }

  test('opens nothing and leaves its cookie, with an event', async () => {
    const { visitor, rows, id, row, discarded } = await forged()
    rows.set(id, row)
    const { session, finish, setCookies } = await visitor.begin()
    expect([session.userId, session.isNew, { ...session.data }]).toEqual([undefined, true, {}])
    await finish()
    expect(setCookies).toEqual([])
    expect(discarded.mock.calls).toEqual([[{ what: 'token', why: 'foreign', id }]])
    expect(rows.get(id)).toEqual(row) // for the operator
  })

  test('is nobody to a list, and nobody to a watch', async () => {
    const { manager, visitor, rows, id, row } = await forged()
    const watch = await manager.watch({ cookie: visitor.cookie ?? '' })
    rows.set(id, row)
    expect(await manager.sessions('admin')).toEqual([])
    expect(await manager.sessions('user-1')).toEqual([])
    expect((await manager.watch({ cookie: visitor.cookie ?? '' })).session.userId).toBeUndefined()
    watch.close()
  })

  test('that comes between load and commit is not merged, nor written', async () => {
    const { visitor, rows, id, row } = await forged()
    const { session, finish } = await visitor.begin()
    session.data['n'] = 2
    rows.set(id, { ...row, version: 'theirs' })
    await finish()
    expect([session.ended, session.userId]).toEqual(['gone', undefined])
    expect(rowOf(rows, id).version).toBe('theirs')
  })

  test('gives none of its data to the login that ends it', async () => {
    const { visitor, rows, id, row, manager } = await forged()
    const { session, finish } = await visitor.begin()
    rows.set(id, { ...row, version: 'theirs' })
    await session.login('user-2')
    await finish()
    expect((await visitor.read())?.userId).toBe('user-2')
    expect(await manager.sessions('admin')).toEqual([])
  })
})

test('a row of a visitor that names a user opens nothing', async () => {
  const { manager, rows } = testManager()
  const visitor = createVisitor(manager)
  const id = await visitor.request((session) => {
    session.data['cart'] = 1
    return session.id
  })
  expect(await visitor.read()).not.toBeNull()
  rows.set(id, forge(id, rowOf(rows, id), { userId: 'ada', authenticatedAt: Date.UTC(2026, 10) }))
  expect(await visitor.read()).toBeNull()
})

test('a row of a user without its user is still ended with the others', async () => {
  const { manager, visitor, put, id, row } = await signedIn()
  const { userId: _, ...record } = decodeValue(id, row.value, [jsonCodec]).record
  put({ value: encodeValue(record, Buffer.from('{}'), jsonCodec) })
  expect(await manager.revokeAll('user-1')).toBe(1)
  expect(await visitor.request((session) => session.ended)).toBe('revoked')
})

test('another indexKey logs all users out, and no visitor', async () => {
  const secretKey = randomBytes(32)
  const made = testManager({ secretKey })
  const [ann, visitor] = [createVisitor(made.manager), createVisitor(made.manager)]
  await ann.request((session) => session.login('ann'))
  await visitor.request(({ data }) => Object.assign(data, { cart: 1 }))
  const { manager } = testManager({ secretKey, indexKey: randomBytes(32) }, made)
  expect(await ann.at(manager).read()).toBeNull()
  expect(await visitor.at(manager).read()).toMatchObject({ data: { cart: 1 } })
})
