import { equal, notEqual, rejects, throws } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { interceptOperations } from '../intercept-operations.ts'
import type { StoreCase, StoreFixture } from '../store-fixture.ts'
import { put, type Visitor } from '../visitor.ts'

const needs = ['list', 'acts']
const refused = { code: 'ERR_SESSION_ACTING', status: 403 }

/** P1, P4, P10: who acts as another user has no more rights than the session from which they act, and leaves no trace. */
export const acting: readonly StoreCase[] = [
  {
    id: 'P1.11',
    title:
      'an acting session opens nothing from the moment on at which the one of its actor is over',
    needs,
    async run(fixture) {
      const { manager, staff } = withActing(fixture)
      const ends: Record<string, (own: Visitor, id: string) => unknown> = {
        revoke: (_, id) => manager.revoke(id),
        revokeAll: () => manager.revokeAll('staff'),
        logout: (own) => own.request((session) => session.destroy()),
        elevation: (own) => own.request((session) => session.rotate()),
        login: (own) => own.request((session) => session.login('staff')),
      }
      for (const [name, end] of Object.entries(ends)) {
        const { acting: sue, own, ownId } = await staff('user-1')
        equal((await sue.read())?.userId, 'user-1', name)
        await end(own, ownId)
        const { session, finish, setCookies } = await sue.begin()
        deepEqual([session.userId, session.ended], [undefined, 'revoked'], name)
        await finish()
        deepEqual(setCookies, [], name)
        equal(await sue.read(), null, name)
      }
    },
  },
  {
    id: 'P4.21',
    title: 'the way back gives the own session a new token, and the acting one opens nothing',
    needs,
    async run(fixture) {
      const { staff } = withActing(fixture)
      const { acting: sue, own, ownId } = await staff('user-1')
      await sue.request(put({ seen: 1 }))
      const stolen = sue.copy()
      await sue.request((session) => session.stopActing())
      equal(await stolen.read(), null)
      equal(await own.read(), null)
      deepEqual(await sue.read(), { data: { own: 1 }, userId: 'staff' })
      await sue.request((session) => {
        deepEqual([session.id, session.actorId], [ownId, undefined])
        return session.stopActing()
      })
      equal((await sue.read())?.userId, 'staff')
    },
  },
  {
    id: 'P4.22',
    title: 'an acting session begins with no data, is never recent, and is not acted from',
    needs,
    async run(fixture) {
      const { staff } = withActing(fixture)
      const { acting: sue, ownId } = await staff('user-1')
      await sue.request(async (session) => {
        deepEqual([{ ...session.data }, session.userId, session.actorId], [{}, 'user-1', 'staff'])
        notEqual(session.id, ownId)
        throws(() => session.requireRecent('10m'), refused)
        throws(() => session.requireOwn(), refused)
        await rejects(session.actAs('user-2'), refused)
        await rejects(session.addFactor({ method: 'password' }), refused)
        await rejects(session.destroyAll(), refused)
        equal(session.userId, 'user-1')
      })
    },
  },
  {
    id: 'P10.17',
    title: 'acting sessions are listed with those of the user and end with them, and evict none',
    needs: [...needs, 'limit'],
    async run(fixture) {
      const { manager, staff } = withActing(fixture, { limit: { max: 1, onExceed: 'refuse' } })
      const ann = fixture.visitor(manager)
      await ann.request((session) => session.login('user-1'))
      const { acting: sue, ownId } = await staff('user-1')
      equal((await ann.read())?.userId, 'user-1')
      const listed = await manager.sessions('user-1')
      deepEqual(listed.map(({ actorId }) => actorId ?? 'own').sort(), ['own', 'staff'])
      await ann.request((session) => session.destroy())
      await ann.request((session) => session.login('user-1'))
      equal(await manager.revokeAll('user-1'), 2)
      equal(await sue.read(), null)
      deepEqual(
        (await manager.sessions('staff')).map(({ id }) => id),
        [ownId],
      )
    },
  },
  {
    id: 'P4.23',
    title: '20 clicks that begin to act make one session, and a logout in it ends the own one too',
    needs,
    async run(fixture) {
      const { manager, staff } = withActing(fixture)
      const { own, ownId } = await staff('user-2')
      await manager.revokeAll('user-2')
      const clicks = Array.from({ length: 20 }, () => own.copy())
      await Promise.all(clicks.map((click) => click.request((session) => session.actAs('user-1'))))
      equal((await manager.sessions('user-1')).length, 1)
      for (const click of clicks) equal((await click.read())?.userId, 'user-1')
      await clicks[0]?.request((session) => session.destroy())
      for (const each of [...clicks, own]) equal(await each.read(), null)
      equal(await manager.revoke(ownId), false)
    },
  },
  {
    id: 'P8.6',
    title: 'a store that fails at the look-up of the actor is an error, and ends nothing',
    needs: [...needs, 'wrap'],
    async run(fixture) {
      const trouble = { at: Number.POSITIVE_INFINITY, finds: 0 }
      const { staff } = withActing(fixture, {
        wrap: (backend) =>
          interceptOperations(backend, async (run, operation) => {
            if (operation === 'find' && trouble.finds++ >= trouble.at)
              throw Object.assign(new Error('ECONNRESET'), { code: 'ECONNRESET' })
            return run()
          }),
      })
      const { acting: sue } = await staff('user-1')
      Object.assign(trouble, { at: 1, finds: 0 })
      await rejects(sue.begin(), { code: 'ERR_STORE_UNAVAILABLE', status: 503 })
      trouble.at = Number.POSITIVE_INFINITY
      equal((await sue.read())?.userId, 'user-1')
    },
  },
]

/** Returns a server on which users can act, and a member of staff who does: before (`own`), and acting. */
function withActing(fixture: StoreFixture, options: Parameters<StoreFixture['connect']>[0] = {}) {
  const manager = fixture.connect({ acting: true, ...options })
  const staff = async (userId: string) => {
    const own = fixture.visitor(manager)
    const ownId = await own.request(async (session) => {
      await session.login('staff')
      session.data['own'] = 1
      return session.id
    })
    const acting = own.copy()
    await acting.request((session) => session.actAs(userId))
    return { own, ownId, acting }
  }
  return { manager, staff }
}
