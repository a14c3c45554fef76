import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../../src/data/codec.ts'
import { decodeValue, encodeValue } from '../../../src/keyed/row-format.ts'
import type { SessionRecord } from '../../../src/record/record.ts'
import { acting } from '../../acting.ts'
import { rowOf } from '../../support.ts'

describe('a row that somebody has written', () => {
  test('makes no acting session the own one of its user, nor the other way round', async () => {
    const { sue, own, id, ownId, rows, forge } = await forging()
    forge(id, ({ actor: _, ...record }) => record)
    expect(await sue.read()).toBeNull()
    forge(ownId, (record) => ({ ...record, actor: { userId: 'bob', sessionId: id, authority: 0 } }))
    expect(await own.read()).toBeNull()
    expect(rows.size).toBeGreaterThan(0)
  })

  test.each<[string, (ids: { ownId: string; bobId: string }) => object]>([
    [
      'another user in the session of the actor',
      ({ ownId }) => ({ userId: 'bob', sessionId: ownId, authority: 0 }),
    ],
    [
      'the session of another user',
      ({ bobId }) => ({ userId: 'sue', sessionId: bobId, authority: 0 }),
    ],
    [
      'another user and their session',
      ({ bobId }) => ({ userId: 'bob', sessionId: bobId, authority: 0 }),
    ],
    ['an id of no session', () => ({ userId: 'sue', sessionId: '{*}.x', authority: 0 })],
    ['another authority', ({ ownId }) => ({ userId: 'sue', sessionId: ownId, authority: 1 })],
  ])('that names %s opens nothing', async (_, actorOf) => {
    const { sue, id, ownId, bobId, forge } = await forging()
    forge(id, (record) => ({ ...record, actor: actorOf({ ownId, bobId }) }) as SessionRecord)
    expect(await sue.read()).toBeNull()
  })

  async function forging() {
    const made = await acting()
    const bob = createVisitor(made.manager)
    const bobId = await bob.request(async (session) => {
      await session.login('bob')
      return session.id
    })
    const forge = (id: string, change: (record: SessionRecord) => SessionRecord) => {
      const row = rowOf(made.rows, id)
      const { record, data } = decodeValue(id, row.value, [jsonCodec])
      made.rows.set(id, { ...row, value: encodeValue(change(record), data, jsonCodec) })
    }
    return { ...made, bobId, forge }
  }
})
