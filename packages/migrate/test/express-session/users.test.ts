import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { createWorld, expectDead, moved } from './world.ts'

describe('users (P10)', () => {
  test('an imported session is listed, counts for the limit, and can be revoked by its id', async () => {
    const world = await createWorld()
    const server = world.server({ manager: { limit: { max: 2, onExceed: 'refuse' } } })
    const phones = [
      await world.oldBrowser({ userId: 'ann' }),
      await world.oldBrowser({ userId: 'ann' }),
    ]
    for (const phone of phones) await moved(server, phone).request()
    const listed = await server.sessions('ann')
    expect(listed).toHaveLength(2)
    const laptop = createVisitor<TestData>(server)
    await expect(laptop.request((session) => session.login('ann'))).rejects.toMatchObject({
      code: 'ERR_SESSION_LIMIT',
    })
    expect(await server.revoke(listed[0]?.id ?? '', { userId: 'ann' })).toBe(true)
    await laptop.request((session) => session.login('ann'))
    expect(await server.sessions('ann')).toHaveLength(2)
  })

  test('revokeAll refuses the old sessions of the user that nothing has imported, and no others', async () => {
    const world = await createWorld()
    const server = world.server()
    const [ann, bob, visitor] = [
      await world.oldBrowser({ userId: 'ann' }),
      await world.oldBrowser({ userId: 'bob' }),
      await world.oldBrowser({ n: 1 }),
    ]
    const own = createVisitor<TestData>(server)
    const id = await own.request(async (session) => {
      await session.login('ann')
      return session.id
    })
    await server.revokeAll('ann', { except: id })
    expect(await moved(server, ann).read()).toBeNull()
    expect(await moved(server, bob).read()).toMatchObject({ userId: 'bob' })
    expect(await moved(server, visitor).read()).toMatchObject({ data: { n: 1 } })
    expect(await own.read()).toMatchObject({ userId: 'ann' })
  })

  test('revokeAll spares the imported session that it is told to, also from a late request', async () => {
    const world = await createWorld()
    const server = world.server()
    const old = await world.oldBrowser({ userId: 'ann' })
    const late = await moved(server, old).begin()
    const ann = moved(server, old)
    const id = await ann.request((session) => session.id)
    await server.revokeAll('ann', { except: id })
    Object.assign(late.session.data, { n: 1 })
    await late.finish()
    expect(await ann.read()).toMatchObject({ userId: 'ann', data: { n: 1 } })
  })

  test('revokeAll spares the session that has not been imported yet, and no other', async () => {
    const world = await createWorld()
    const server = world.server()
    const [old, other] = [
      await world.oldBrowser({ userId: 'ann' }),
      await world.oldBrowser({ userId: 'ann' }),
    ]
    const ann = moved(server, old)
    await ann.request(async (session) => {
      await server.revokeAll('ann', { except: session.id })
    })
    expect(await ann.read()).toMatchObject({ userId: 'ann' })
    expect(await moved(server, other).read()).toBeNull()
    await server.revokeAll('ann')
    await expectDead(world, server, old)
  })

  test('revokeAll spares no session that an earlier one has ended', async () => {
    const world = await createWorld()
    const server = world.server()
    const old = await world.oldBrowser({ userId: 'ann' })
    await moved(server, old).request(async (session) => {
      await server.revokeAll('ann')
      await server.revokeAll('ann', { except: session.id })
    })
    await expectDead(world, server, old)
  })

  test("a replay ends the user's old sessions too, by the policy revokeAll", async () => {
    const world = await createWorld()
    const server = world.server({ manager: { onReplay: 'revokeAll' } })
    const [phone, laptop, bob] = [
      await world.oldBrowser({ userId: 'ann' }),
      await world.oldBrowser({ userId: 'ann' }),
      await world.oldBrowser({ userId: 'bob' }),
    ]
    const ann = moved(server, phone)
    await ann.request()
    world.clock.now += 60_000
    await ann.request() // confirms the new token
    world.clock.now += 20 * 60_000
    expect(await moved(server, phone).read()).toBeNull()
    await expectDead(world, server, laptop)
    expect(await moved(server, bob).read()).toMatchObject({ userId: 'bob' })
  })

  test('a security stamp of the old session counts; without one its user logs in again', async () => {
    const world = await createWorld()
    const [ann, bob] = [
      await world.oldBrowser({ userId: 'ann', stamp: 's1' }),
      await world.oldBrowser({ userId: 'ann', stamp: 's0' }),
    ]
    const manager = { securityStamp: () => 's1' }
    const server = world.server({ manager, source: { securityStamp: ({ stamp }) => stamp } })
    expect(await moved(server, ann).read()).toMatchObject({ userId: 'ann' })
    expect(await moved(server, bob).read()).toBeNull()
    expect(await moved(world.server({ manager }), ann).read()).toBeNull()
  })
})
