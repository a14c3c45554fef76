import { doesNotThrow, equal, throws } from 'node:assert/strict'
import type { Session } from '@sojourn/core'
import { deepEqual } from '../asserts.ts'
import { limits, type StoreCase } from '../store-fixture.ts'
import { put, type TestData } from '../visitor.ts'

const minute = 60_000
const password = { method: 'password' }
const passkey = { method: 'passkey' }
const notRecent = { code: 'ERR_SESSION_NOT_RECENT', status: 401 }

/** P4: a session keeps each factor with its time, and a login never joins a session with a factor that it has not proved. */
export const factors: readonly StoreCase[] = [
  {
    id: 'P4.17',
    title: 'a factor that is added keeps id, data and limits, and the old token opens nothing',
    needs: ['revocation'],
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request(async (session) => {
        await session.login('user-1', { factors: [password] })
        session.data['n'] = 1
      })
      const [stolen, before] = [ann.copy(), await ann.request(({ info }) => info)]
      clock.now += minute
      const after = await ann.request(async (session) => {
        throws(() => session.requireRecent('10m', passkey), notRecent)
        await session.addFactor(passkey)
        session.requireRecent('10m', passkey)
        return session.info
      })
      equal(await stolen.read(), null)
      deepEqual(
        [after?.id, after?.authenticatedAt, after?.absoluteExpiresAt],
        [before?.id, before?.authenticatedAt, before?.absoluteExpiresAt],
      )
      deepEqual(await ann.read(), { data: { n: 1 }, userId: 'user-1' })
      await ann.request(provedWithin('passkey', 0))
      await ann.request(provedWithin('password', minute))
    },
  },
  {
    id: 'P4.18',
    title: 'each method has its newest time, through logins, changes, touches and rotations',
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1', { factors: [password, passkey] }))
      for (let n = 0; n < 10; n++) {
        clock.now += limits.touchInterval + 1
        await ann.request(n % 2 ? put({ n }) : undefined)
        if (n === 3) await ann.request((session) => session.rotate())
      }
      const since = 10 * (limits.touchInterval + 1)
      await ann.request(provedWithin('password', since))
      await ann.request((session) => session.login('user-1', { factors: [password] }))
      await ann.request(provedWithin('password', 0))
      await ann.request(provedWithin('passkey', since))
      await ann.request((session) => session.login('user-1'))
      await ann.request(provedWithin('passkey', since))
      clock.now += minute
      await ann.request((session) => session.login('user-2'))
      await ann.request(({ factors }) => deepEqual(factors, []))
    },
  },
  {
    id: 'P4.19',
    title: 'of two factors that are added at once one is refused, and neither token is lost',
    needs: ['conditionalWrite'],
    async run({ visitor }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const [one, other] = [await ann.begin(), await ann.begin()]
      const outcomes = await Promise.allSettled([
        one.session.addFactor(password),
        other.session.addFactor(passkey),
      ])
      deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
      await Promise.all([one.finish(), other.finish()])
      equal((await ann.read())?.userId, 'user-1')
      await ann.request(({ factors }) => equal(factors.length, 1))
    },
  },
  {
    id: 'P4.20',
    title: 'a login does not get, by the same token, what another one of the user has proved',
    async run({ visitor }) {
      for (const isThiefFirst of [false, true]) {
        const ann = visitor()
        await ann.request(put({ cart: ['tea'] }))
        const thief = ann.copy()
        const logins = [
          () => ann.request((session) => session.login('user-1', { factors: [password, passkey] })),
          () => thief.request((session) => session.login('user-1', { factors: [password] })),
        ]
        for (const login of isThiefFirst ? logins.reverse() : logins) await login()
        await thief.request((session) => {
          equal(session.userId, 'user-1')
          throws(() => session.requireRecent('10m', passkey), notRecent)
        })
        await ann.request(provedWithin('passkey', 0))
      }
    },
  },
]

/** Returns a handler that checks how long ago, in ms, the user proved a method. */
function provedWithin(method: string, ms: number): (session: Session<TestData>) => void {
  return (session) => {
    doesNotThrow(() => session.requireRecent(Math.max(ms, 1), { method }))
    if (ms > 1) throws(() => session.requireRecent(ms - 1, { method }), notRecent)
  }
}
