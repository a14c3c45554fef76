import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { createWorld, moved } from './world.ts'

test('the first request opens the old session, and ends it with its write', async () => {
  const world = await createWorld()
  const old = await world.oldBrowser({ userId: 'ann', cart: [1] })
  const ann = moved(world.server(), old)

  await ann.request((session) => {
    expect(session.userId).toBe('ann')
    expect(session.isNew).toBe(false)
    expect({ ...session.data }).toEqual({ userId: 'ann', cart: [1] })
    session.data['n'] = 1
  })

  expect(ann.cookie).toMatch(/^sid=[^;]+$/) // the old cookie is deleted
  expect(world.records).toEqual({})
  expect(await ann.read()).toEqual({ data: { userId: 'ann', cart: [1], n: 1 }, userId: 'ann' })
})

test('a request that only reads imports it too, and what was imported costs one look-up', async () => {
  const world = await createWorld()
  const ann = moved(world.server(), await world.oldBrowser({ userId: 'ann' }))
  await ann.request()
  expect(ann.cookie).toMatch(/^sid=/)
  world.takeCalls()
  await ann.request()
  expect(world.takeCalls()).toEqual(['find'])
})

test('costs three look-ups to read while it is not imported, and five more calls to import (P7)', async () => {
  const world = await createWorld({ scans: false })
  const server = world.server()
  const ann = await world.oldBrowser({ userId: 'ann' })
  const read = ['find', 'old get', 'find'] // its claim, its record, a revokeAll of its user
  await server.read({ cookie: ann.cookie ?? '' })
  expect(world.takeCalls()).toEqual(read)
  await moved(server, ann).request()
  const claimAndAdopt = ['insert', 'old get', 'insert']
  expect(world.takeCalls()).toEqual([...read, ...claimAndAdopt, 'old destroy', 'find'])
  await server.read({ cookie: ann.cookie ?? '' })
  expect(world.takeCalls()).toEqual(['find', 'find']) // its claim, and what it has become
})

describe('the old cookie', () => {
  test('opens the imported session until the new cookie has come back', async () => {
    const world = await createWorld()
    const server = world.server()
    const old = await world.oldBrowser({ userId: 'ann' })
    const id = await moved(server, old).request((session) => session.id) // its response is lost
    const again = moved(server, old)
    expect(await again.request((session) => session.id)).toBe(id)
    expect(again.cookie).toBe(old.cookie)
    world.clock.now += 60_000
    expect(await again.request((session) => session.id)).toBe(id)
    expect(again.cookie).toMatch(/^sid=/)
    expect(await again.read()).toMatchObject({ userId: 'ann' })
  })

  test('opens nothing after a logout, for as long as it lives', async () => {
    const world = await createWorld()
    const server = world.server()
    const old = await world.oldBrowser({ userId: 'ann' })
    const ann = moved(server, old)
    const writeAgain = world.slowOldServer()
    await ann.request()
    await ann.request((session) => session.destroy())
    expect(ann.cookie).toBeUndefined()
    writeAgain()
    for (let minutes = 0; minutes < 3; minutes++) {
      expect(await moved(server, old).read()).toBeNull()
      world.forgetEnds()
    }
  })
})

test('a cookie that is not genuine makes no call at all', async () => {
  const world = await createWorld()
  const old = await world.oldBrowser({ userId: 'ann' })
  for (const cookie of [
    'connect.sid=s%3Aabc.def',
    `${old.cookie}x`,
    'connect.sid=',
    'connect.sid=%',
  ])
    expect(await createVisitor<TestData>(world.server(), cookie).read()).toBeNull()
  expect(world.takeCalls()).toEqual([])
})
