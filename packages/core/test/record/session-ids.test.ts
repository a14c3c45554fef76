import { randomBytes } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { createKeyring } from '../../src/record/keyring.ts'
import { createSessionIds } from '../../src/record/session-ids.ts'
import { isId } from '../../src/record/token.ts'
import { countHashes, spyOnCrypto } from '../spy-on-crypto.ts'

const draws = spyOnCrypto('randomFillSync')
const hashes = countHashes()
const secretKey = randomBytes(32)
const idsOf = (namespace = 'shop', secret = secretKey) =>
  createSessionIds(createKeyring({ secretKey: secret, cookieName: 'sid', namespace }))

describe('an id', () => {
  test('has the form of ids, and none of 100,000 is like another', () => {
    const ids = idsOf()
    const made = Array.from({ length: 100_000 }, (_, n) => ids.mint(n % 2 ? 'ada' : undefined))
    expect(new Set(made).size).toBe(100_000)
    expect(made.every(isId)).toBe(true)
  })

  test('from the same 22 bytes is the same, of a visitor too, and of a user in the group of that', () => {
    const ids = idsOf()
    const random = randomBytes(32)
    const id = ids.mint(undefined, random)
    expect(ids.mint(undefined, random)).toBe(id)
    expect(ids.isOwn(id)).toBe(true)
    expect(ids.mint(undefined, random.subarray(0, 21)).split('.')[0]).not.toBe(id.split('.')[0])
    expect(ids.mint('ada', random).split('.')[0]).toBe(ids.groupOf('ada'))
  })

  test('A-01: takes of the CSPRNG 12 bytes for the group of a visitor, and 10 for each handle', () => {
    const ids = idsOf()
    draws.mockClear()
    for (let n = 0; n < 1_000; n++) {
      ids.mint()
      ids.mint('ada')
    }
    const drawn = draws.mock.calls.reduce((sum, [pool]) => sum + (pool as Buffer).length, 0)
    expect(Math.abs(drawn - 1_000 * (12 + 10 + 10))).toBeLessThan(4096 + 12) // what is in the pool
  })

  test('is own to every manager of its namespace and to no other', () => {
    for (const userId of [undefined, 'ada']) {
      const id = idsOf().mint(userId)
      expect(idsOf().isOwn(id)).toBe(true)
      expect(idsOf('blog').isOwn(id)).toBe(false)
      expect(idsOf('shop', randomBytes(32)).isOwn(id)).toBe(false)
    }
  })

  test('is not own after a change of any character, nor with the group of another id', () => {
    const ids = idsOf()
    const id = ids.mint()
    for (let at = 0; at < id.length; at++) {
      const other = id[at] === 'A' ? 'Q' : 'A'
      expect(ids.isOwn(id.slice(0, at) + other + id.slice(at + 1))).toBe(false)
    }
    expect(ids.isOwn(ids.mint().slice(0, 16) + id.slice(16))).toBe(false)
  })

  test.each([undefined, null, 7, '', 'id', '__proto__', [], {}])('%o is none', (id) => {
    expect(idsOf().isOwn(id)).toBe(false)
  })

  test('of a user is in the group of the user, which the keys and the namespace decide', () => {
    const group = idsOf().groupOf('ada')
    expect(idsOf().mint('ada').startsWith(`${group}.`)).toBe(true)
    const others = [idsOf('blog'), idsOf('shop', randomBytes(32))].map((ids) => ids.groupOf('ada'))
    expect(new Set([group, idsOf().groupOf('bob'), ...others]).size).toBe(4)
  })
})

describe('the record of an id', () => {
  const ids = idsOf()

  test('is that of its user, or of a visitor', () => {
    expect(ids.refusalOf({ id: ids.mint('ada'), userId: 'ada' })).toBeUndefined()
    expect(ids.refusalOf({ id: ids.mint() })).toBeUndefined()
  })

  test('is foreign with any other user', () => {
    for (const id of [ids.mint(), ids.mint('ada'), idsOf('blog').mint('bob'), '', 'x', '.'])
      expect(ids.refusalOf({ id, userId: 'bob' })).toBe('foreign')
  })

  test('of an acting session is that of its user and of the session of its actor, and of no other', () => {
    const actorOf = (sessionId: string) => ({ userId: 'sue', sessionId, authority: 0 })
    const [own, other] = [ids.mint('sue'), ids.mint('sue')]
    const record = { userId: 'ada', actor: actorOf(own) }
    const { id } = ids.issue(record)
    expect([ids.isOwn(id), ids.issue(record).id === id]).toEqual([true, false])
    expect(ids.refusalOf({ id, ...record })).toBeUndefined()
    expect(ids.refusalOf({ id, ...record, userId: 'bob' })).toBe('foreign')
    for (const sessionId of [other, id, '', 'x', '.'])
      expect(ids.refusalOf({ id, ...record, actor: actorOf(sessionId) })).toBe('foreign')
    for (const made of [other, ids.mint(), '', 'x', '.'])
      expect(ids.refusalOf({ id: made, ...record })).toBe('foreign')
  })

  test('costs no hash once its user is known', () => {
    const record = { id: ids.mint('ada'), userId: 'ada' }
    hashes()
    for (let n = 0; n < 100; n++) expect(ids.refusalOf(record)).toBeUndefined()
    expect(hashes()).toBe(0)
  })

  test('is judged right, in bounded memory, among more users than are remembered', () => {
    const many = Array.from({ length: 12_000 }, (_, n) => `user-${n}`)
    const records = many.map((userId) => ({ id: ids.mint(userId), userId }))
    hashes()
    for (const record of records) expect(ids.refusalOf(record)).toBeUndefined()
    expect(hashes()).toBeGreaterThan(2 * 1_000) // the first ones were forgotten
    expect(ids.refusalOf({ ...records[0], id: records[1]?.id ?? '', userId: 'user-0' })).toBe(
      'foreign',
    )
  })
})

describe('a new epoch', () => {
  /** The ids of a manager, a session of ada and one of a visitor from before. */
  function inEpochs(...epochs: string[]) {
    const ids = idsOf()
    const before = { ada: { id: ids.mint('ada'), userId: 'ada' }, visitor: ids.issue({}) }
    for (const epoch of epochs) ids.adopt([epoch, ...ids.epochs()])
    return { ids, ...before }
  }

  test('revokes the sessions of all users and visitors, and their ids stay own', () => {
    const { ids, ada, visitor } = inEpochs('e1')
    for (const record of [ada, visitor]) {
      expect(ids.refusalOf(record)).toBe('revoked')
      expect(ids.isOwn(record.id)).toBe(true)
    }
  })

  test('has other groups, and records of visitors that name it', () => {
    const { ids, ada } = inEpochs('e1')
    expect(ids.groupOf('ada')).not.toBe(ada.id.slice(0, 16))
    const now = { ...ids.issue({ userId: 'ada' }), userId: 'ada' }
    expect(now).not.toHaveProperty('epoch')
    for (const record of [now, ids.issue({})]) expect(ids.refusalOf(record)).toBeUndefined()
    expect(ids.issue({ id: 'shown' })).toEqual({ id: 'shown', epoch: 'e1' })
  })

  test('remembers eight epochs before it, and calls what is older foreign but for the first', () => {
    const ids = idsOf()
    const first = { id: ids.mint('ada'), userId: 'ada' }
    const records = Array.from({ length: 10 }, (_, n) => {
      ids.adopt([`e${n}`, ...ids.epochs()])
      return { ...ids.issue({ userId: 'ada' }), userId: 'ada' }
    })
    expect(records.map(ids.refusalOf)).toEqual(['foreign', ...Array(8).fill('revoked'), undefined])
    expect(ids.refusalOf(first)).toBe('revoked')
    expect(ids.epochs()).toHaveLength(9)
  })

  test('is learned from a longer history, and never forgotten for a shorter one', () => {
    const { ids } = inEpochs('e1', 'e2')
    expect(ids.adopt(['e3', 'e2', 'e1'])).toBe(true)
    for (const older of [['e3', 'e2', 'e1'], ['e2', 'e1'], ['e1'], []])
      expect(ids.adopt(older)).toBe(false)
    expect(ids.epochs()).toEqual(['e3', 'e2', 'e1'])
  })

  test('of two histories is chosen alike by all, and the other one counts as revoked', () => {
    const [one, other] = [inEpochs('e1').ids, inEpochs('f1').ids]
    const records = [one, other].map((ids) => ({ ...ids.issue({ userId: 'ada' }), userId: 'ada' }))
    one.adopt(['f1'])
    other.adopt(['e1'])
    expect(one.epochs()).toEqual(other.epochs())
    for (const ids of [one, other])
      expect(records.map(ids.refusalOf)).toEqual(['revoked', undefined])
  })
})

test('no order of the names in a row brings an earlier epoch back', () => {
  const ids = idsOf()
  ids.adopt(['e1'])
  ids.adopt(['e2', 'e1'])
  const pushedOut = Array.from({ length: 8 }, (_, n) => `d${n}`)
  ids.adopt([...pushedOut, 'e2'])
  for (const history of [['e1', 'e2'], ['e1', ...pushedOut, 'e2'], ['e1']]) {
    expect(ids.adopt(history)).toBe(false)
    expect(ids.epochs()[0]).toBe('e2')
  }
})

test('the id of the row of the epochs has the form of an id, and is not own', () => {
  const { epochRowId, isOwn } = idsOf()
  expect(epochRowId).toMatch(/^revoke-everybody\.[\w-]{22}$/)
  expect(isId(epochRowId)).toBe(true)
  expect(isOwn(epochRowId)).toBe(false)
  expect(idsOf().epochRowId).toBe(epochRowId)
  expect(idsOf('blog').epochRowId).not.toBe(epochRowId)
  vi.clearAllMocks()
})
