import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { testManager } from '../support.ts'

describe('manager.read', () => {
  test('reads from Node headers and Fetch headers, and cannot be written', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    const cookie = visitor.cookie ?? ''
    for (const headers of [{ cookie }, new Headers({ cookie })]) {
      const session = await manager.read(headers)
      expect(session.userId).toBe('user-1')
      expect(() => session.rotate()).toThrow(/manager\.read/)
      const readOnly = { code: 'ERR_SESSION_READ_ONLY' }
      await expect(session.destroy()).rejects.toMatchObject(readOnly)
      await expect(session.login('user-2')).rejects.toMatchObject(readOnly)
      await expect(session.update(() => 1)).rejects.toMatchObject(readOnly)
    }
    expect((await manager.read({})).isNew).toBe(true)
  })
})

test('user ids that are none are refused with their verb', async () => {
  const { manager } = testManager()
  await expect(manager.sessions(undefined as never)).rejects.toThrow(
    /^sessions\(\) was given undefined/,
  )
  await expect(manager.revokeAll('')).rejects.toThrow(/a string of 0 characters/)
})

describe('revoke', () => {
  test('ids that cannot be ids are nobody, and ask the store nothing', async () => {
    const { manager, rows } = testManager()
    for (const id of [
      '',
      '*',
      '../../etc/passwd',
      'a\r\nFLUSHALL',
      'x'.repeat(1e6),
      {},
      ['a'],
      null,
    ])
      expect(await manager.revoke(id as never)).toBe(false)
    expect(rows.size).toBe(0)
    await expect(manager.revokeAll('\ud800')).rejects.toThrow(/well-formed/)
  })
})

describe('revoke, for an id of a form,', () => {
  async function setUp() {
    const made = testManager()
    const [ann, bob] = [createVisitor(made.manager), createVisitor(made.manager)]
    const idOf = (user: string, visitor = ann) =>
      visitor.request(async (session) => {
        await session.login(user)
        return session.id
      })
    return { ...made, ann, annId: await idOf('ann'), bobId: await idOf('bob', bob) }
  }

  test('ends the session of its user, and of nobody else, without a further call', async () => {
    const { manager, ann, annId, bobId, calls } = await setUp()
    calls.length = 0
    expect(await manager.revoke(bobId, { userId: 'ann' })).toBe(false)
    expect(calls).toEqual([])
    expect(await manager.revoke(annId, { userId: 'ann' })).toBe(true)
    expect(calls).toEqual(['remove'])
    expect(await ann.request((session) => session.ended)).toBe('revoked')
  })

  test('refuses a user who is none, as a visitor, and a misspelt option', async () => {
    const { manager, ann, annId } = await setUp()
    for (const options of [{ userId: undefined }, { userId: '' }, { userId: 7 }, { userID: 'ann' }])
      await expect(manager.revoke(annId, options as object)).rejects.toMatchObject({
        code: 'ERR_CONFIG_INVALID',
        message: expect.stringMatching(/^revoke\(\)/),
      })
    expect((await ann.read())?.userId).toBe('ann')
  })

  test('does not call the store for an id of another namespace or one that is made up', async () => {
    const { manager, annId, calls } = await setUp()
    const other = await setUp()
    calls.length = 0
    const madeUp = `${annId.slice(0, 17)}${'A'.repeat(22)}`
    for (const id of [other.annId, madeUp]) {
      expect(await manager.revoke(id)).toBe(false)
      expect(await manager.revoke(id, { userId: 'ann' })).toBe(false)
      await expect(manager.revokeAll('ann', { except: id })).rejects.toThrow(
        /^except is a text, not/,
      )
    }
    expect(calls).toEqual([])
  })
})

/** What a JSON body may hold where an application expected text. */
const hostile = [
  JSON.parse('{"toString":1}'),
  JSON.parse('{"__proto__":null}'),
  ['user-1\nFAKE LINE'],
  Object.create(null),
]

test('revokeAll spares an id, and ends nothing for what is none', async () => {
  const { manager } = testManager()
  const ann = createVisitor(manager)
  await ann.request((session) => session.login('ann'))
  for (const except of [...hostile, '', 'ann', 'a.b', null])
    await expect(manager.revokeAll('ann', { except })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: expect.not.stringMatching(/FAKE|\n/),
    })
  await ann.request((session) => expect(session.userId).toBe('ann'))
})

describe('a list of sessions', () => {
  test('marks the session that it is given as the current one, and none without', async () => {
    const { manager } = testManager()
    const [here, phone] = [createVisitor(manager), createVisitor(manager)]
    for (const device of [here, phone]) await device.request((session) => session.login('ann'))
    const id = await here.request((session) => session.id)
    const listed = await manager.sessions('ann', { current: id })
    expect(listed.filter(({ isCurrent }) => isCurrent).map((info) => info.id)).toEqual([id])
    expect(listed).toHaveLength(2)
    for (const { isCurrent } of await manager.sessions('ann')) expect(isCurrent).toBe(false)
  })

  test('refuses a misspelt option, and so does revokeAll, which would end the one to spare too', async () => {
    const { manager } = testManager()
    const misspelt = { curent: '', excpet: '' } as object
    await expect(manager.sessions('ann', misspelt)).rejects.toThrow('sessions() has no option')
    await expect(manager.revokeAll('ann', misspelt)).rejects.toThrow('revokeAll() has no option')
  })

  test('refuses as the current one what is no id of this application', async () => {
    const { manager, calls } = testManager()
    const foreign = await createVisitor(testManager().manager).request(({ id }) => id)
    const list = (current: unknown): Promise<unknown> =>
      Reflect.apply(manager.sessions, manager, ['ann', { current }])
    for (const current of ['', 'group.handle', foreign, 7, {}])
      await expect(list(current)).rejects.toThrow(
        /current is .*not the id of a session of this application/,
      )
    expect(calls).toEqual([])
  })
})
