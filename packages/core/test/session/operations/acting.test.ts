import { randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import type { Session } from '../../../src/session/session.ts'
import { acting } from '../../acting.ts'
import { hour, minute } from '../../contexts.ts'
import { testManager } from '../../support.ts'

const refused = expect.objectContaining({ code: 'ERR_SESSION_ACTING', status: 403 })
const usage = expect.objectContaining({ code: 'ERR_CONFIG_INVALID', status: 500 })

type Acting = Awaited<ReturnType<typeof acting>>

describe('actAs', () => {
  test('makes a session of the user with limits of its own, which names the actor', async () => {
    const { sue, info, manager, clock } = await acting()
    expect(info).toMatchObject({
      userId: 'ada',
      actorId: 'sue',
      client: { name: 'Support' },
      absoluteExpiresAt: clock.now + hour,
    })
    expect(await manager.sessions('ada')).toMatchObject([info ?? {}])
    await sue.request((session) => {
      expect([session.userId, session.actorId]).toEqual(['ada', 'sue'])
      expect(session.requireUser()).toBe('ada')
      expect(session.toJSON()).toMatchObject({ userId: 'ada', actorId: 'sue' })
    })
    clock.now += hour
    expect(await sue.read()).toBeNull()
  })

  test('saves what the handler had changed of the own session, and carries none of it', async () => {
    const { manager } = testManager({ acting: true })
    const own = createVisitor(manager)
    await own.request((session) => session.login('sue'))
    const sue = own.copy()
    await sue.request(async (session) => {
      session.data['note'] = 'of sue'
      const acted = session.actAs('ada')
      await acted
      session.data['seen'] = 1
    })
    expect((await own.read())?.data).toEqual({ note: 'of sue' })
    expect((await sue.read())?.data).toEqual({ seen: 1 })
  })

  test('emits who acts, and the cookie ends with the browser', async () => {
    const { manager, own } = await acting()
    const created = vi.fn()
    manager.on('created', created)
    const { session, finish, setCookies } = await own.copy().begin()
    await session.actAs('bob')
    await finish()
    expect(created.mock.calls).toEqual([[{ id: session.id, userId: 'bob', actorId: 'sue' }]])
    expect(setCookies[0]).not.toMatch(/max-age|expires/i)
  })

  test('is named by what is found in its data too', async () => {
    const secretKey = randomBytes(32)
    const made = await acting({ secretKey })
    await made.sue.request(({ data }) => Object.assign(data, { n: 1 }))
    const validate = () => ({ issues: [{ message: 'no', path: ['n'] }] })
    const schema = { '~standard': { version: 1, vendor: 'test', validate } } as const
    const { manager } = testManager({ acting: true, secretKey, schema }, made)
    const seen = vi.fn()
    manager.on('invalidData', seen)
    await made.sue.at(manager).request(({ data }) => data)
    expect(seen).toHaveBeenCalledWith(expect.objectContaining({ userId: 'ada', actorId: 'sue' }))
  })

  test('takes a shorter limit, and none beyond those of the manager and the own session', async () => {
    const { manager, clock } = testManager({
      acting: { absoluteTimeout: '2h', maxAge: '1h' },
      absoluteTimeout: '90m',
      maxAge: '1h',
    })
    const endOf = async (options: object) => {
      const visitor = createVisitor(manager)
      await visitor.request((session) => session.login('sue'))
      const info = await visitor.request(async (session) => {
        await session.actAs('ada', options)
        return session.info
      })
      return (info?.absoluteExpiresAt ?? 0) - clock.now
    }
    expect(await endOf({ absoluteTimeout: '5m' })).toBe(5 * minute)
    expect(await endOf({ absoluteTimeout: '1w' })).toBe(90 * minute)
    expect(await endOf({})).toBe(90 * minute)
  })

  test.each<[string, (session: Session<object>) => Promise<void>, unknown]>([
    ['oneself', (session) => session.actAs('sue'), refused],
    ['nobody', (session) => session.actAs(''), usage],
    ['another by a misspelt option', (s) => s.actAs('ada', { maxAge: 1 } as never), usage],
    ['another for no time', (s) => s.actAs('ada', { absoluteTimeout: 0 }), usage],
  ])('as %s is refused, and the session stays', async (_, act, error) => {
    const { own, manager } = await acting()
    await manager.revokeAll('ada')
    await own.request(async (session) => {
      await expect(act(session)).rejects.toEqual(error)
      expect([session.userId, session.actorId]).toEqual(['sue', undefined])
    })
    expect(await manager.sessions('ada')).toEqual([])
  })

  test('needs a user, the option, and a session that is not over', async () => {
    const { manager, own } = await acting()
    await createVisitor(manager).request((session) =>
      expect(session.actAs('ada')).rejects.toMatchObject({ code: 'ERR_SESSION_REQUIRED' }),
    )
    const late = await own.begin()
    await manager.revokeAll('sue')
    await expect(late.session.actAs('ada')).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' })
    const visitor = createVisitor(testManager().manager)
    await visitor.request(async (session) => {
      await session.login('sue')
      await expect(session.actAs('ada')).rejects.toThrow('the option acting: true')
    })
  })

  test.each(['insert', 'find'] as const)(
    'after a rotate() leaves the own session with its new token if a %s fails',
    async (operation) => {
      const { own, ownId, fail } = await acting()
      const { session, finish } = await own.begin()
      session.rotate()
      const outage = fail(operation)
      await expect(session.actAs('bob')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
      outage.stop()
      await finish()
      expect(await own.request(({ id, userId }) => [id, userId])).toEqual([ownId, 'sue'])
    },
  )

  test('twice at once leads to one token, also close to the end of the own session', async () => {
    const { manager, clock } = testManager({ acting: { absoluteTimeout: '1h', maxAge: '1h' } })
    const own = createVisitor(manager)
    await own.request((session) => session.login('sue', { absoluteTimeout: '30m', maxAge: '30m' }))
    const clicks = [own.copy(), own.copy()]
    for (const click of clicks) {
      await click.request((session) => session.actAs('ada'))
      clock.now += 7
    }
    for (const click of clicks) expect((await click.read())?.userId).toBe('ada')
    expect(await manager.sessions('ada')).toHaveLength(1)
  })

  test('joins no session that another member of staff has begun, nor one of before an elevation', async () => {
    const { manager } = testManager({ acting: true })
    const visitor = createVisitor(manager)
    await visitor.request((session) => {
      session.data['cart'] = 1
    })
    const act = (userId: string, rotates: boolean) =>
      visitor.copy().request(async (session) => {
        await session.login(userId)
        if (rotates) session.rotate()
        await session.actAs('ada')
        return session.id
      })
    const ids = [await act('sue', false), await act('bob', false), await act('sue', true)]
    expect(new Set(ids).size).toBe(3)
  })

  test('from a session that another request has elevated is refused', async () => {
    const { own, manager } = await acting()
    await manager.revokeAll('ada')
    const tab = await own.copy().begin()
    await own.request((session) => session.rotate())
    await expect(tab.session.actAs('ada')).rejects.toMatchObject({ code: 'ERR_SESSION_SUPERSEDED' })
    expect(await manager.sessions('ada')).toEqual([])
  })

  test('is no login of the user, so that no time of one is shown', async () => {
    const { info, manager } = await acting()
    expect(info).toMatchObject({ authenticatedAt: undefined })
    expect(await manager.sessions('ada')).toMatchObject([{ authenticatedAt: undefined }])
  })
})

describe('an acting session', () => {
  test('costs one read more, and others none', async () => {
    const { sue, own, takeCalls, clock } = await acting()
    await sue.request()
    expect(takeCalls()).toEqual(['find', 'find'])
    await own.request()
    expect(takeCalls()).toEqual(['find'])
    clock.now += minute
    await sue.request()
    expect(takeCalls()).toEqual(['find', 'find', 'touch', 'find', 'touch'])
  })

  test('keeps the own session from idling out, but a read of it does not', async () => {
    const { sue, own, manager, cookie, clock } = await acting({ maxAge: '20m' })
    for (let n = 0; n < 3; n++) {
      clock.now += 15 * minute
      await sue.request()
    }
    expect((await own.copy().read())?.userId).toBe('sue')
    clock.now += 15 * minute - 1
    await manager.read(cookie())
    expect(
      await own
        .copy()
        .begin()
        .then(({ session }) => session.info?.lastSeenAt),
    ).toBe(clock.now - 15 * minute + 1)
  })

  test.each([
    ['an update', async ({ sue }: Acting) => sue.request((session) => session.update(() => {}))],
    [
      'a watch',
      async ({ manager, cookie }: Acting) => {
        const watch = await manager.watch(cookie())
        await watch.keepAlive()
        watch.close()
      },
    ],
  ])('keeps the own session from idling out by %s too', async (_, use) => {
    const made = await acting({ maxAge: '20m' })
    for (let n = 0; n < 3; n++) {
      made.clock.now += 15 * minute
      await use(made)
    }
    expect((await made.own.copy().read())?.userId).toBe('sue')
  })

  test('is prolonged although the own session cannot be, which the next touch tries again', async () => {
    const { sue, own, intercept, clock } = await acting({ maxAge: '20m' })
    clock.now += 10 * minute
    let touches = 0
    const outage = intercept('touch', (run) =>
      touches++ === 1 ? Promise.reject(new Error('ECONNRESET')) : run(),
    )
    await sue.request()
    outage.stop()
    expect(touches).toBe(2)
    clock.now += minute
    await sue.request()
    clock.now += 15 * minute
    expect((await own.copy().read())?.userId).toBe('sue')
  })

  test('is ended when its actor is gone, with one event', async () => {
    const { sue, id, ownId, manager } = await acting()
    const ended = vi.fn()
    manager.on('ended', ended)
    await manager.revoke(ownId)
    for (let n = 0; n < 2; n++)
      await sue.request((session) => expect(session.ended).toBe('revoked'))
    expect(ended.mock.calls).toEqual([
      [{ id: ownId, reason: 'revoked' }],
      [{ id, reason: 'revoked' }],
    ])
    expect(await manager.sessions('ada')).toEqual([])
  })

  test('ends with the stamp of its actor, and with that of its user', async () => {
    for (const changed of ['sue', 'ada']) {
      const stamps = new Map([
        ['sue', 'first'],
        ['ada', 'first'],
      ])
      const { sue, own } = await acting({ securityStamp: (userId) => stamps.get(userId) })
      expect((await sue.read())?.userId).toBe('ada')
      stamps.set(changed, 'changed')
      expect(await sue.read()).toBeNull()
      expect((await own.read()) === null).toBe(changed === 'sue')
    }
  })

  test('opens no more once nobody may act', async () => {
    const secretKey = randomBytes(32)
    const { sue, own, ...over } = await acting({ secretKey })
    const without = testManager({ secretKey }, over)
    expect(await sue.at(without.manager).read()).toBeNull()
    expect((await own.at(without.manager).read())?.userId).toBe('sue')
  })

  test('is watched until its actor is gone', async () => {
    const { manager, cookie, ownId, clock } = await acting()
    const watch = await manager.watch(cookie())
    clock.now += minute
    expect(await watch.keepAlive()).toBe(true)
    await manager.revoke(ownId)
    clock.now += minute
    expect(await watch.keepAlive()).toBe(false)
    expect(await watch.ended).toBe('revoked')
  })

  test('that a watch keeps alive keeps the own one alive too', async () => {
    const { manager, cookie, own, clock } = await acting({ maxAge: '20m' })
    const watch = await manager.watch(cookie())
    for (let n = 0; n < 3; n++) {
      clock.now += 15 * minute
      expect(await watch.keepAlive()).toBe(true)
    }
    watch.close()
    expect((await own.read())?.userId).toBe('sue')
  })

  test('is never made one of the user by a login of the user, such as after a change of the password', async () => {
    const { sue, own, manager } = await acting()
    await sue.request(async (session) => {
      await expect(session.login('ada')).rejects.toEqual(refused)
      expect([session.userId, session.actorId]).toEqual(['ada', 'sue'])
    })
    expect(await manager.sessions('ada')).toMatchObject([{ actorId: 'sue' }])
    expect((await own.read())?.userId).toBe('sue')
  })

  test.each(['sue', 'bob'])(
    'is over after a login of %s, and the own session with it',
    async (user) => {
      const { sue, own, ownId, id, manager } = await acting()
      const ended = vi.fn()
      manager.on('ended', ended)
      const before = sue.copy()
      await sue.request(async (session) => {
        session.data['seen'] = 1
        await session.login(user)
        expect([session.userId, session.actorId, { ...session.data }]).toEqual([
          user,
          undefined,
          {},
        ])
        session.requireRecent('1s')
        expect([id, ownId]).not.toContain(session.id)
      })
      expect(await before.read()).toBeNull()
      expect(await own.read()).toBeNull()
      expect(ended.mock.calls.flat()).toEqual([
        { id, reason: 'login' },
        { id: ownId, reason: 'login' },
      ])
    },
  )

  test('is over after a logout, and the own session with it', async () => {
    const { sue, own, ownId, id, manager } = await acting()
    const ended = vi.fn()
    manager.on('ended', ended)
    const { session, finish, setCookies } = await sue.begin()
    await session.destroy()
    await finish()
    expect(setCookies[0]).toMatch(/max-age=0/i)
    expect(await own.read()).toBeNull()
    expect(ended.mock.calls.flat()).toEqual([
      { id: ownId, reason: 'logout' },
      { id, reason: 'logout' },
    ])
  })

  test('of a user in a list can be revoked by that user, and by no other', async () => {
    const { manager, id, sue } = await acting()
    expect(await manager.revoke(id, { userId: 'bob' })).toBe(false)
    expect(await manager.revoke(id, { userId: 'sue' })).toBe(false)
    expect((await sue.read())?.userId).toBe('ada')
    expect(await manager.revoke(id, { userId: 'ada' })).toBe(true)
    expect(await sue.read()).toBeNull()
  })
})

describe('stopActing', () => {
  test.each(['at once', 'one after the other'])(
    'of two requests, %s, lets one through, and tells the other to come again',
    async (when) => {
      const { sue } = await acting()
      const [one, other] = [await sue.begin(), await sue.begin()]
      const first = one.session.stopActing()
      if (when === 'one after the other') await first
      const outcomes = await Promise.allSettled([first, other.session.stopActing()])
      await Promise.all([one.finish(), other.finish()])
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      expect(outcomes.flatMap((outcome) => ('reason' in outcome ? [outcome.reason] : []))).toEqual([
        expect.objectContaining({ code: 'ERR_SESSION_SUPERSEDED', status: 409 }),
      ])
      expect((await sue.read())?.userId).toBe('sue')
    },
  )

  test('after the actor is gone ends the acting session, and says so', async () => {
    const { sue, manager } = await acting()
    await sue.request(async (session) => {
      await manager.revokeAll('sue')
      await expect(session.stopActing()).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' })
      expect([session.userId, session.ended]).toEqual([undefined, 'revoked'])
    })
    expect(await manager.sessions('ada')).toEqual([])
  })

  test('leads back although the acting session cannot be ended, which opens nothing all the same', async () => {
    const { sue, fail } = await acting()
    const before = sue.copy()
    const outage = fail('remove')
    await sue.request((session) => session.stopActing())
    outage.stop()
    expect((await sue.read())?.userId).toBe('sue')
    expect(await before.read()).toBeNull()
  })

  test('changes nothing if the store fails at once', async () => {
    const { sue, fail } = await acting()
    const outage = fail('replace')
    await sue.request((session) =>
      expect(session.stopActing()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' }),
    )
    outage.stop()
    await sue.request((session) => session.stopActing())
    expect((await sue.read())?.userId).toBe('sue')
  })

  test('leaves a visitor and the own session alone', async () => {
    const { manager, own } = await acting()
    await createVisitor(manager).request((session) =>
      expect(session.stopActing()).rejects.toMatchObject({ code: 'ERR_SESSION_REQUIRED' }),
    )
    const { session, finish, setCookies } = await own.begin()
    await session.stopActing()
    await finish()
    expect([session.userId, setCookies]).toEqual(['sue', []])
  })
})
