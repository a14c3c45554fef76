import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import type { Session } from '@sojourn/core'
import { expect, test } from 'vitest'
import { createWorld } from './world.ts'

const onlyOld = (cookie = '') => cookie.replace(/(^|; )sid=[^;]*/, '').replace(/^; /, '')
const onlyToken = (cookie = '') => cookie.replace(/(; )?connect\.sid=[^;]*/, '')
const put =
  (values: object) =>
  ({ data }: Session<TestData>) =>
    void Object.assign(data, values)

/** Returns a world, a server while both kinds run, and one that finishes the switch. */
async function createSwitch() {
  const world = await createWorld('redis')
  return { world, both: world.server(), finishing: world.server({ keepOld: false }) }
}

test('what an old server wrote last, and no new one has seen, is taken over once', async () => {
  const { world, both, finishing } = await createSwitch()
  const ann = await world.oldBrowser({ passport: { user: 'ann' }, a: 1, gone: 1 }, both)
  await ann.request(put({ b: 1 }))
  const old = await world.oldRequest(ann)
  Object.assign(old.data, { a: 2, c: 1 })
  delete old.data['gone']
  await old.save()

  const last = ann.at(finishing)
  await last.request(({ data, userId }) => {
    expect(userId).toBe('ann')
    expect({ ...data }).toEqual({ passport: { user: 'ann' }, a: 2, b: 1, c: 1 })
    data['a'] = 3
  })
  expect(await last.read()).toMatchObject({ data: { a: 3, b: 1, c: 1 } })
  expect(await ann.at(both).read()).toMatchObject({ data: { a: 3 } }) // a server that is replaced later
  expect(await last.read()).toMatchObject({ data: { a: 3, b: 1, c: 1 } })
})

test('a logout on an old server that no new one has seen counts', async () => {
  const { world, both, finishing } = await createSwitch()
  const ann = await world.oldBrowser({ passport: { user: 'ann' } }, both)
  await ann.request()
  const { cookie: before = '' } = ann
  await world.oldLogout(ann)
  for (const cookie of [ann.cookie, before, onlyOld(before), onlyToken(before)])
    expect(await createVisitor(finishing, cookie).read()).toBeNull()
  const visitor = ann.at(finishing)
  await visitor.request(put({ n: 1 })) // as a new visitor, with the token that is left
  expect(await visitor.read()).toMatchObject({ data: { n: 1 } })
})

test.each([
  ['under another id', true],
  ['under the same id', false],
])('a login on an old server %s that no new one has seen counts', async (_, isOtherId) => {
  const { world, both, finishing } = await createSwitch()
  const ann = await world.oldBrowser({ cart: 1 }, both)
  await ann.request()
  await ann.request()
  const { cookie: before = '' } = ann
  if (isOtherId) await world.oldLogin(ann, 'ann')
  else {
    const old = await world.oldRequest(ann)
    old.data['passport'] = { user: 'ann' }
    await old.save()
  }
  const visitor = ann.at(finishing)
  expect(await visitor.request(({ userId, data }) => [userId, data['cart']])).toEqual(['ann', 1])
  expect(await createVisitor(finishing, onlyToken(before)).read()).toBeNull() // P4
  expect(await visitor.read()).toMatchObject({ userId: 'ann' })
})

test('an old record is not read from a session that another server ends or replaces', async () => {
  const { world, both, finishing } = await createSwitch()
  const ann = await world.oldBrowser({ passport: { user: 'ann' } }, both)
  await ann.request()
  const { cookie: before } = ann
  const slow = await world.oldRequest(ann)
  await ann.at(finishing).request((session) => session.destroy())
  await slow.save()
  for (const server of [both, finishing])
    for (const cookie of [before, onlyOld(before), onlyToken(before)])
      expect(await createVisitor(server, cookie).read()).toBeNull()
})

test('servers of both steps beside each other log nobody out, whatever they do', async () => {
  const { both, finishing } = await createSwitch()
  const ann = createVisitor(finishing)
  await ann.request((session) => session.login('ann'))
  expect(ann.cookie).not.toContain('connect.sid')
  for (let round = 0; round < 3; round++) {
    await ann.at(both).request(put({ [`both${round}`]: round }))
    await ann.at(finishing).request(put({ [`finishing${round}`]: round }))
    await ann.at(round === 1 ? both : finishing).request((session) => session.rotate())
  }
  const all = { both0: 0, both1: 1, both2: 2, finishing0: 0, finishing1: 1, finishing2: 2 }
  for (const server of [both, finishing])
    expect(await ann.at(server).read()).toMatchObject({ userId: 'ann', data: all })
})

test('the old record lives as long as the session, although only the first may have a long life', async () => {
  const { world, both, finishing } = await createSwitch()
  const ann = await world.oldBrowser({ passport: { user: 'ann' } }, both)
  await ann.request()
  const name = world.recordOf(ann)
  await world.client.pExpire(name, 60_000)
  await ann.at(finishing).request(put({ n: 1 }))
  expect(await world.client.pTTL(name)).toBeGreaterThan(80_000_000)
})

test('an old cookie opens what no new server has seen, until the client has its token', async () => {
  const { world, finishing } = await createSwitch()
  const ann = await world.oldBrowser({ passport: { user: 'ann' }, a: 1 }, finishing)
  const { cookie: before } = ann
  const id = await ann.request(({ id }) => id)
  expect(ann.cookie).not.toContain('connect.sid')
  expect(await createVisitor(finishing, before).request(({ id }) => id)).toBe(id) // the response was lost
  await ann.request((session) => session.rotate())
  expect(await createVisitor(finishing, before).read()).toBeNull()
  expect(await ann.read()).toMatchObject({ userId: 'ann', data: { a: 1 } })
})

test('revokeAll and revokeEverybody refuse sessions that no new server has seen', async () => {
  const { world, finishing } = await createSwitch()
  const ann = await world.oldBrowser({ passport: { user: 'ann' } }, finishing)
  const bob = await world.oldBrowser({ passport: { user: 'bob' } }, finishing)
  await finishing.revokeAll('ann')
  expect(await ann.read()).toBeNull()
  await ann.request()
  expect(await ann.read()).toBeNull()
  await finishing.revokeEverybody()
  expect(await bob.read()).toBeNull()
})

test('a write with both cookies of a session that an old server has ended is dropped, and says so', async () => {
  const { world, both, finishing } = await createSwitch()
  for (const server of [both, finishing]) {
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, both)
    await ann.request()
    const late = ann.copy()
    await world.oldLogout(ann) // deletes the old cookie in this browser; not in a request that is on its way
    const ended = await late.at(server).request((session) => {
      session.data['n'] = 1
      return session.ended
    })
    expect(ended).toBe('logout')
    expect(await late.read()).toBeNull()
    const written = await ann.at(server).request((session) => {
      session.data['n'] = 1
      return session.ended
    })
    expect(written).toBeUndefined()
    expect(await ann.at(server).read()).toMatchObject({ data: { n: 1 } })
  }
})
