import { equal, notEqual } from 'node:assert/strict'
import type { SessionOptions } from '@sojourn/core'
import { deepEqual } from '../asserts.ts'
import { limits, type StoreCase, type StoreFixture } from '../store-fixture.ts'
import { type Client, put } from '../visitor.ts'

type Fingerprint = NonNullable<SessionOptions['fingerprint']>

const firefox: Client = {
  headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' },
  ip: '192.0.2.7',
}
const curl: Client = { headers: { 'user-agent': 'curl/8.5.0' }, ip: '198.51.100.9' }

/** P13: the option `fingerprint` notices a stolen cookie in another browser, in every store. */
export const fingerprints: readonly StoreCase[] = [
  {
    id: 'P13.20',
    title: 'event: the use of a session by another client is reported once, and the session stays',
    async run(fixture) {
      const { ann, thief, mismatches, id } = await robbed(fixture, {
        of: ['user-agent', 'ip/24'],
        onMismatch: 'event',
      })
      equal(await thief.request(({ userId }) => userId), 'user-1')
      equal(await thief.request(({ userId }) => userId), 'user-1')
      deepEqual(mismatches, [{ id, userId: 'user-1', parts: ['user-agent', 'ip/24'] }])
      equal(await ann.request(({ userId }) => userId), 'user-1')
    },
  },
  {
    id: 'P13.21',
    title: 'reauthenticate: another client gets nothing of a session, whose user notices nothing',
    async run(fixture) {
      const { ann, thief, mismatches, id } = await robbed(fixture, {
        of: ['user-agent'],
        onMismatch: 'reauthenticate',
      })
      const { session, finish, setCookies } = await thief.begin()
      deepEqual(
        [session.userId, session.ended, { ...session.data }, session.info, session.id],
        [undefined, 'mismatch', {}, undefined, id],
      )
      session.data['n'] = 2
      await finish()
      deepEqual(setCookies, [])
      deepEqual(mismatches, [{ id, userId: 'user-1', parts: ['user-agent'] }])
      deepEqual(await ann.read(), { data: { n: 1 }, userId: 'user-1' })
    },
  },
  {
    id: 'P13.22',
    title: 'reauthenticate: a login of its user continues the session in the new browser',
    async run(fixture) {
      const { thief: updated, id } = await robbed(fixture, {
        of: ['user-agent'],
        onMismatch: 'reauthenticate',
      })
      await updated.request((session) => session.login('user-1'))
      const seen = await updated.request(({ id, data, userId }) => [id, data['n'], userId])
      deepEqual(seen, [id, 1, 'user-1'])
    },
  },
  {
    id: 'P13.23',
    title: 'reauthenticate: a login of another user takes nothing over and ends nothing',
    async run(fixture) {
      const { ann, thief } = await robbed(fixture, {
        of: ['user-agent'],
        onMismatch: 'reauthenticate',
      })
      await thief.request((session) => session.login('user-2'))
      deepEqual(await thief.read(), { data: {}, userId: 'user-2' })
      deepEqual(await ann.read(), { data: { n: 1 }, userId: 'user-1' })
    },
  },
  {
    id: 'P13.24',
    title: 'destroy: the use by another client ends the session for both',
    needs: ['revocation'],
    async run(fixture) {
      const { ann, thief, manager } = await robbed(fixture, 'strict')
      const ended: unknown[] = []
      manager.on('ended', ({ reason }) => ended.push(reason))
      equal(await thief.request((session) => session.ended), 'mismatch')
      equal(await ann.request((session) => session.ended), 'mismatch')
      equal(await ann.at(fixture.manager).request((session) => session.ended), 'mismatch')
      deepEqual(ended, ['mismatch'])
    },
  },
  {
    id: 'P13.25',
    title: 'a session keeps its fingerprint through changes, touches and rotations',
    async run(fixture) {
      const { ann, thief, mismatches } = await robbed(fixture, {
        of: ['user-agent'],
        onMismatch: 'reauthenticate',
      })
      for (let n = 0; n < 10; n++) {
        fixture.clock.now += limits.touchInterval + 1
        await ann.request(n % 2 ? put({ n }) : undefined)
        if (n % 4 === 0) await ann.request((session) => session.rotate())
      }
      deepEqual(mismatches, [])
      const late = ann.copy(curl)
      equal(await late.request(({ userId }) => userId), undefined)
      equal(await thief.request(({ userId }) => userId), undefined)
    },
  },
  {
    id: 'P13.26',
    title: 'a session from before the option takes over the client that uses it next',
    async run(fixture) {
      const manager = fixture.connect({
        fingerprint: { of: ['user-agent'], onMismatch: 'reauthenticate' },
      })
      const ann = fixture.visitor().copy(firefox)
      await ann.request((session) => session.login('user-1'))
      const now = ann.at(manager)
      equal(await now.request(({ userId }) => userId), 'user-1')
      equal(await now.copy(curl).request(({ userId }) => userId), undefined)
      equal(await now.request(({ userId }) => userId), 'user-1')
    },
  },
  {
    id: 'P13.27',
    title: 'nothing that a fingerprint is made of occurs in a dump',
    needs: ['dump'],
    async run(fixture) {
      const { ann } = await robbed(fixture, { of: ['user-agent', 'ip', 'ip/24'] })
      await ann.request((session) => session.rotate()) // of a sealed session, the store keeps that alone
      equal(await ann.request(({ userId }) => userId), 'user-1')
      const dumped = Buffer.from(await fixture.dump()).toString('latin1')
      notEqual(dumped, '')
      for (const value of ['Firefox', 'X11; Linux', '192.0.2'])
        equal(dumped.includes(value), false, value)
    },
  },
  {
    id: 'P13.28',
    title: 'a session that is only read is compared too, and neither ended nor written',
    async run(fixture) {
      const { ann, manager, mismatches } = await robbed(fixture, {
        of: ['user-agent', 'ip'],
        onMismatch: 'reauthenticate',
      })
      const headers = { ...curl.headers, cookie: ann.cookie }
      equal((await manager.read(headers, { ip: firefox.ip })).ended, 'mismatch')
      equal(await (await manager.watch(headers, { ip: firefox.ip })).ended, 'mismatch')
      deepEqual(
        mismatches.map(({ parts }) => parts),
        [['user-agent'], ['user-agent']],
      )
      equal(await ann.request(({ userId }) => userId), 'user-1')
      const own = { ...firefox.headers, cookie: ann.cookie }
      equal((await manager.read(own, { ip: firefox.ip })).userId, 'user-1')
    },
  },
]

/** Returns a user who has logged in with Firefox, and a thief who has copied the cookie to curl on another network. */
async function robbed(fixture: StoreFixture, fingerprint: Fingerprint) {
  const manager = fixture.connect({ fingerprint })
  const mismatches: { readonly id: string; readonly parts: readonly string[] }[] = []
  manager.on('mismatch', (event) => mismatches.push(event))
  const ann = fixture.visitor(manager).copy(firefox)
  const id = await ann.request(async (session) => {
    await session.login('user-1')
    session.data['n'] = 1
    return session.id
  })
  return { manager, mismatches, ann, thief: ann.copy(curl), id }
}
