import { equal, rejects, throws } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { StoreCase } from '../store-fixture.ts'
import { put, type TestData } from '../visitor.ts'
import { numbers, versions, visitorAt } from './two-versions.ts'

const invalid = { code: 'ERR_SESSION_DATA_INVALID', status: 500 }
const newer = { code: 'ERR_SESSION_DATA_NEWER', status: 503 }

/** P2: an application whose data changes its form loses nothing. */
export const dataOfVersions: readonly StoreCase[] = [
  {
    id: 'P2.20',
    title: 'data of an older version is upgraded when it is read, and stored by the next write',
    async run(fixture) {
      const ann = await visitorAt(fixture.manager, fixture, { basket: 3, kept: 1 })
      const upgrade = (run: () => void) => ({
        version: 3,
        migrations: {
          1: ({ basket, ...rest }: TestData) => ({ ...rest, cart: [basket] }),
          2: (data: TestData) => {
            run()
            return { ...data, second: true }
          },
        },
      })
      let runs = 0
      const at = fixture.connect(upgrade(() => runs++))
      const upgraded = { kept: 1, cart: [3], second: true }
      const reading = await ann.at(at).begin()
      deepEqual({ ...reading.session.data }, upgraded)
      await reading.finish()
      deepEqual(reading.setCookies, [], 'a request that only reads wrote the upgraded data')
      deepEqual((await ann.read())?.data, { basket: 3, kept: 1 })
      await ann.at(at).request(put({ n: 1 }))
      runs = 0
      deepEqual((await ann.at(at).read())?.data, { ...upgraded, n: 1 })
      equal(runs, 0, 'a migration ran on data that had been through it')
    },
  },
  {
    id: 'P2.21',
    title: 'data that does not fit is shown as empty with an event, and stays until the next write',
    async run(fixture) {
      const ann = await visitorAt(fixture.manager, fixture, { a: 'no number', kept: 1 })
      const strict = fixture.connect({ schema: numbers('a') })
      const events: unknown[] = []
      strict.on('invalidData', ({ why, paths, version }) => events.push({ why, paths, version }))
      await ann.at(strict).request(({ data, userId }) => {
        deepEqual({ ...data }, {})
        equal(userId, 'user-1')
      })
      deepEqual(events, [{ why: 'schema', paths: ['a'], version: 1 }])
      deepEqual((await ann.read())?.data, { a: 'no number', kept: 1 })
      await ann.at(strict).request(put({ a: 1 }))
      deepEqual((await ann.read())?.data, { a: 1 })
    },
  },
  {
    id: 'P2.22',
    title: 'data that does not fit or migrate is an error, by option, and nothing is written',
    async run(fixture) {
      const data = { a: 'no number' }
      const ann = await visitorAt(fixture.manager, fixture, data)
      const onInvalidData = 'fail'
      const failing = [
        fixture.connect({ schema: numbers('a'), onInvalidData }),
        fixture.connect({ version: 2, migrations: { 1: () => throwAny() }, onInvalidData }),
      ]
      for (const at of failing) {
        const { session, finish } = await ann.at(at).begin()
        throws(() => session.data, invalid)
        equal(session.userId, 'user-1')
        await rejects(
          session.update(() => undefined),
          invalid,
        )
        await finish()
      }
      deepEqual((await ann.read())?.data, data)
    },
  },
  {
    id: 'P2.23',
    title: 'data of a newer version is an error and is not written, and a login carries it',
    async run(fixture) {
      const { older, later } = versions(fixture, 'fail')
      const ann = fixture.visitor(later)
      await ann.request(put({ a: 1, x: 2 }))
      const { session, finish } = await ann.at(older).begin()
      throws(() => session.data, newer)
      throws(() => {
        session.data = { a: 9 }
      }, newer)
      await session.login('user-1')
      await finish()
      deepEqual((await ann.read())?.data, { a: 1, x: 2 })
    },
  },
]

function throwAny(): never {
  throw new RangeError('no')
}
