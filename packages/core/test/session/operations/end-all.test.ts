import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import type { SessionEvents } from '../../../src/events.ts'
import { keyedStore } from '../../../src/keyed/keyed-store.ts'
import type { SessionOptions } from '../../../src/options/options.ts'
import type { Session } from '../../../src/session/session.ts'
import type { SessionBackend } from '../../../src/store/backend.ts'
import { testBackend, testManager, timeless } from '../../support.ts'

/** A user who is logged in here and on a phone, what ended, and what the manager warns of. */
async function world(options: Partial<SessionOptions> = {}) {
  const warnings: string[] = []
  const made = testManager({ warn: (message) => void warnings.push(message), ...options })
  const ended: SessionEvents['ended'][] = []
  made.manager.on('ended', (event) => ended.push(event))
  const [here, phone] = [createVisitor(made.manager), createVisitor(made.manager)]
  for (const device of [here, phone]) await device.request((session) => session.login('ann'))
  made.calls.length = 0
  return { ...made, here, phone, ended, warnings }
}

describe('destroyAll', () => {
  test('ends the others first, and is a logout here', async () => {
    const { here, phone, calls, ended } = await world()
    const { session, finish, setCookies } = await here.begin()
    const { id } = session
    expect(await session.destroyAll()).toBe(2)
    expect([session.ended, session.userId, session.id]).toEqual(['logout', undefined, id])
    await finish()
    expect(calls).toEqual(['find', 'removeGroup', 'remove'])
    expect(setCookies).toEqual([expect.stringContaining('Max-Age=0')])
    expect(ended.map(({ reason }) => reason)).toEqual(['revoked', 'logout'])
    expect(await here.request(({ isNew, ended }) => [isNew, ended])).toEqual([true, undefined])
    expect(await phone.request((other) => other.ended)).toBe('revoked')
  })

  test('can be called again where the own session could not be ended', async () => {
    const { here, phone, ended, fail } = await world()
    const outage = fail('remove')
    await expect(here.request((session) => session.destroyAll())).rejects.toMatchObject({
      status: 503,
    })
    outage.stop()
    expect(await phone.read()).toBeNull()
    expect(await here.request((session) => session.destroyAll())).toBe(1)
    expect(await here.read()).toBeNull()
    expect(ended.map(({ reason }) => reason)).toEqual(['revoked', 'logout'])
  })

  test('takes its turn among the operations of the session', async () => {
    const { manager, here, phone } = await world()
    const laptop = createVisitor(manager)
    await laptop.request(async (session) => {
      const [, count] = await Promise.all([session.login('ann'), session.destroyAll()])
      expect(count).toBe(3)
    })
    for (const device of [here, phone, laptop]) expect(await device.read()).toBeNull()
  })

  test('leaves a session that takes what one takes after destroy', async () => {
    const { here } = await world()
    await here.request(async (session) => {
      await session.destroyAll()
      await expect(session.update(() => undefined)).rejects.toMatchObject({
        code: 'ERR_SESSION_ENDED',
      })
      expect(() => session.requireUser()).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_REQUIRED' }),
      )
      expect(await session.destroyAll()).toBe(0)
      await session.login('bob')
    })
    expect(await here.read()).toEqual({ data: {}, userId: 'bob' })
  })

  test('of a request that is superseded still ends all', async () => {
    const { here, phone } = await world()
    const { session, finish } = await here.begin()
    await here.request((other) => other.rotate())
    expect(await session.destroyAll()).toBe(2)
    await finish()
    for (const device of [here, phone]) expect(await device.read()).toBeNull()
  })

  test('clears no cookie where another device has ended the session meanwhile (P12)', async () => {
    const { manager, here, phone, warnings } = await world()
    const { session, finish, setCookies } = await here.begin()
    await manager.revoke(session.id)
    expect(await session.destroyAll()).toBe(1)
    await finish()
    expect([setCookies, session.ended, await phone.read()]).toEqual([[], 'logout', null])
    expect(warnings).toEqual([])
  })

  test('after the headers have been sent ends all, and can clear no cookie, as destroy', async () => {
    const { here, phone } = await world()
    const { session, carrier, finish, setCookies } = await here.begin()
    carrier.sent = true
    expect(await session.destroyAll()).toBe(2)
    await finish()
    expect([setCookies, await here.read(), await phone.read()]).toEqual([[], null, null])
  })

  test('that is not awaited finishes before the commit, and fails it where it fails', async () => {
    const { here, phone, fail, warnings } = await world()
    const outage = fail('removeGroup')
    const first = await here.begin()
    first.session.destroyAll()
    await expect(first.finish()).rejects.toMatchObject({ status: 503 })
    expect(first.setCookies).toEqual([])
    expect(warnings.join()).toContain('await session.destroyAll(')
    outage.stop()
    const second = await here.begin()
    second.session.destroyAll()
    await second.finish()
    expect([here.cookie, await phone.read()]).toEqual([undefined, null])
  })

  test('calls back, as destroy does', async () => {
    const { here, fail } = await world()
    const outage = fail('removeGroup')
    const callBack = vi.fn()
    const destroy = (session: Session<TestData>) =>
      session.destroyAll(callBack as never).catch(() => 'failed')
    expect(await here.request(destroy)).toBe('failed')
    outage.stop()
    expect(await here.request(destroy)).toBe(2)
    await vi.waitFor(() => expect(callBack).toHaveBeenCalledTimes(2))
    expect(callBack.mock.calls).toEqual([[expect.objectContaining({ status: 503 })], []])
  })

  test('inside an update is given up in time, and has then ended nothing that the caller needs', async () => {
    const { here, phone } = await world()
    const { session } = await here.begin()
    const nested = timeless(() =>
      session.update(async () => {
        await session.destroyAll()
      }),
    )
    await expect(nested).rejects.toMatchObject({ code: 'ERR_SESSION_CONFLICT' })
    await vi.waitFor(async () => expect(await phone.read()).toBeNull())
    await vi.waitFor(async () => expect(await here.read()).toBeNull())
  })

  test('is refused on a session without a response, and ends nothing', async () => {
    const { manager, here, phone } = await world()
    const session = await manager.read({ cookie: here.cookie })
    await expect(session.destroyAll()).rejects.toMatchObject({ code: 'ERR_SESSION_READ_ONLY' })
    for (const device of [here, phone]) expect(await device.read()).not.toBeNull()
  })

  test('on a stand-in for a session is the error of the store', async () => {
    const { here, fail } = await world({ onStoreError: 'anonymous' })
    fail('find')
    const { session } = await here.begin()
    await expect(session.destroyAll()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  })

  test.each([true, false])(
    'is refused by a store without an index, which ends nothing (logged in: %s)',
    async (isLoggedIn) => {
      const over = testBackend()
      const backend = {
        ...over.backend,
        supports: { ...over.backend.supports, list: false, limit: false },
      }
      const { manager } = testManager({ store: keyedStore(backend) }, over)
      const ann = createVisitor(manager)
      await ann.request(async (session) => {
        if (isLoggedIn) await session.login('ann')
        else session.data['n'] = 1
      })
      await expect(ann.request((session) => session.destroyAll())).rejects.toMatchObject({
        code: 'ERR_CONFIG_INVALID',
        message: expect.stringContaining('Use a store whose supports.list is true'),
      })
      expect(await ann.read()).not.toBeNull()
    },
  )

  test('ends the watches of all devices, each with its reason', async () => {
    const { manager, here, phone } = await world()
    const watches = await Promise.all([here, phone].map(({ cookie }) => manager.watch({ cookie })))
    await here.request((session) => session.destroyAll())
    expect(await Promise.all(watches.map(({ ended }) => ended))).toEqual(['logout', 'revoked'])
  })
})

describe('revokeAll, by the user whose sessions it ends', () => {
  test('leaves the request as it was loaded; its changes are dropped, and the next one is told', async () => {
    const { manager, here } = await world()
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const { session, finish, setCookies } = await here.begin()
    expect(await manager.revokeAll('ann')).toBe(2)
    expect([session.userId, session.ended]).toEqual(['ann', undefined])
    session.data['n'] = 1
    await finish()
    expect([session.userId, session.ended, setCookies]).toEqual([undefined, 'gone', []])
    expect(discarded.mock.calls).toEqual([[{ what: 'changes', why: 'ended', id: session.id }]])
    expect(await here.request((next) => [next.ended, next.userId])).toEqual(['revoked', undefined])
  })

  test('and then destroy is pointed to destroyAll, in development', async () => {
    const { manager, here, warnings } = await world()
    const { session, finish, setCookies } = await here.begin()
    await manager.revokeAll('ann')
    await session.destroy()
    await finish()
    expect([session.userId, session.ended, setCookies]).toEqual([undefined, 'logout', []])
    expect(warnings).toEqual([expect.stringContaining('await session.destroyAll()')])
  })

  test('in production says nothing', async () => {
    const { manager, here, warnings } = await world({ development: false })
    await here.request(async (session) => {
      await manager.revokeAll('ann')
      await session.destroy()
    })
    expect(warnings).toEqual([])
  })
})

test('where a store fails half-way, the sessions that it has ended have their event, and each has one', async () => {
  const over = testBackend()
  let isBroken = true
  const backend: SessionBackend = {
    ...over.backend,
    async removeGroup(group, call) {
      const [first] = await over.backend.list(group, call)
      if (!isBroken || !first) return over.backend.removeGroup(group, call)
      await over.backend.remove(first.id, call)
      call.onEnded?.([first.id])
      throw new Error('ECONNRESET')
    },
  }
  const { manager } = testManager({}, { ...over, backend })
  const ended: string[] = []
  manager.on('ended', ({ id, reason }) => ended.push(`${id} ${reason}`))
  const ids: string[] = []
  for (let n = 0; n < 3; n++) {
    const ann = createVisitor(manager)
    await ann.request((session) => session.login('ann'))
    ids.push(await ann.request(({ id }) => id))
  }
  await expect(manager.revokeAll('ann')).rejects.toMatchObject({ status: 503 })
  expect(ended).toHaveLength(1)
  isBroken = false
  expect(await manager.revokeAll('ann')).toBe(2)
  expect(ended.sort()).toEqual(ids.map((id) => `${id} revoked`).sort())
})

test('where ending the acting sessions of a user fails, the own ones have their event', async () => {
  const over = testBackend()
  let left = 1
  const backend: SessionBackend = {
    ...over.backend,
    async removeGroup(group, call) {
      if (left-- > 0) return over.backend.removeGroup(group, call)
      throw new Error('ECONNRESET')
    },
  }
  const { manager } = testManager({ acting: true }, { ...over, backend })
  const ended = vi.fn()
  manager.on('ended', ended)
  const id = await createVisitor(manager).request(async (session) => {
    await session.login('ann')
    return session.id
  })
  await expect(manager.revokeAll('ann')).rejects.toMatchObject({ status: 503 })
  expect(ended.mock.calls).toEqual([[{ id, reason: 'revoked' }]])
})
