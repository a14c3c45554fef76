import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { limits, rounds, type StoreCase, type StoreFixture } from '../store-fixture.ts'
import { assign, type PendingRequest, type Visitor } from '../visitor.ts'

/** P1: once a session has ended, no request in flight makes it readable again. */
export const nothingComesBack: readonly StoreCase[] = [
  {
    id: 'P1.1',
    title: 'logout wins against a slower save',
    needs: ['revocation'],
    run: (fixture) => endsAgainst(fixture, { end: logOut, save: change }),
  },
  {
    id: 'P1.2',
    title: 'logout wins against a slower update',
    needs: ['revocation'],
    run: (fixture) =>
      endsAgainst(fixture, {
        end: logOut,
        save: ({ session }) => session.update(assign({ late: true })).catch(isEnded),
      }),
  },
  {
    id: 'P1.3',
    title: 'logout wins against a slower rotation',
    needs: ['revocation'],
    run: (fixture) =>
      endsAgainst(fixture, { end: logOut, save: ({ session }) => session.rotate() }),
  },
  {
    id: 'P1.4',
    title: 'logout wins against a slower touch',
    needs: ['revocation'],
    run: (fixture) =>
      endsAgainst(fixture, {
        end: logOut,
        save: () => undefined,
        before: () => {
          fixture.clock.now += limits.touchInterval
        },
      }),
  },
  {
    id: 'P1.5',
    title: 'revoking one session wins against a slower save',
    needs: ['revocation'],
    run: (fixture) =>
      endsAgainst(fixture, {
        end: ({ session }) => fixture.manager.revoke(session.id),
        save: change,
      }),
  },
  {
    id: 'P1.6',
    title: 'revoking all of a user wins against a slower save',
    needs: ['list'],
    run: (fixture) =>
      endsAgainst(fixture, { end: () => fixture.manager.revokeAll('user-1'), save: change }),
  },
  {
    id: 'P1.7',
    title:
      'a save that comes after the end of the session is dropped, sends no cookie and is told of',
    needs: ['revocation'],
    async run({ visitor, manager }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const slow = await ann.copy().begin()
      const discarded: unknown[] = []
      manager.on('discarded', (event) => discarded.push(event))
      await ann.request((session) => session.destroy())
      change(slow)
      await slow.finish()
      deepEqual(slow.setCookies, [])
      deepEqual(discarded, [{ what: 'changes', why: 'ended', id: slow.session.id }])
      equal(slow.session.ended, 'gone')
    },
  },
  {
    id: 'P1.8',
    title: 'a session that expired while a request ran is not revived by its save',
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const slow = await ann.begin()
      clock.now += limits.maxAge + limits.touchInterval
      change(slow)
      await slow.finish()
      equal(await ann.read(), null)
    },
  },
  {
    id: 'P1.9',
    title:
      'a request with the token of an ended session is empty, keeps nothing, sends no cookie and knows why',
    needs: ['revocation'],
    async run({ visitor }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const late = ann.copy()
      await ann.request((session) => session.destroy())
      const { session, finish, setCookies } = await late.begin()
      deepEqual([session.ended, session.userId, { ...session.data }], ['logout', undefined, {}])
      session.data['late'] = true
      await finish()
      deepEqual(setCookies, [])
      equal(await late.read(), null)
    },
  },
]

interface Race {
  /** Ends the session of one request. */
  end(request: PendingRequest): unknown
  /** Gives the other request something to write. */
  save(request: PendingRequest): unknown
  before?(): void
}

/** Runs two requests of one browser, one ending the session while the other writes. Fails if any session survives. */
async function endsAgainst({ visitor, scheduler }: StoreFixture, race: Race): Promise<void> {
  let alive = 0
  for (let round = 0; round < rounds; round++) {
    const ann = visitor()
    await ann.request((session) => session.login('user-1'))
    race.before?.()
    const [ending, saving] = await Promise.all([begin(ann), begin(ann)])
    const end = async () => {
      await race.end(ending)
      await ending.finish()
    }
    const save = async () => {
      await scheduler.step()
      await race.save(saving)
      await saving.finish()
    }
    const late = ann.copy()
    await Promise.all([end(), save()])
    if (saving.setCookies.length > 0) late.cookie = saving.setCookies[0]?.split(';')[0]
    if ((await late.read()) !== null) alive++
  }
  equal(alive, 0, `${alive} of ${rounds} sessions were alive after their end`)
}

function begin(visitor: Visitor): Promise<PendingRequest> {
  return visitor.copy().begin()
}

function logOut({ session }: PendingRequest): Promise<void> {
  return session.destroy()
}

function change({ session }: PendingRequest): void {
  session.data['late'] = true
}

function isEnded(error: unknown): void {
  equal(Object(error).code, 'ERR_SESSION_ENDED')
}
