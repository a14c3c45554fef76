import { equal, rejects } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { createBackendControl } from '../backend-control.ts'
import { type Operations, writeOperations } from '../intercept-operations.ts'
import type { StoreCase, StoreFixture } from '../store-fixture.ts'
import { put } from '../visitor.ts'
import { signedIn } from './signed-in.ts'

const needs = ['wrap']
const unavailable = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }

/** P8: a store that fails is an error, not a missing session. */
export const trouble: readonly StoreCase[] = [
  {
    id: 'P8.1',
    title:
      'a store that is down while reading is an error, never a new session, and the cookie stays good',
    needs,
    async run(fixture) {
      const { ann, outage } = await inTrouble(fixture, ['find'])
      await rejects(ann.request(), unavailable)
      outage.stop()
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P8.2',
    title:
      'a store that is down while writing fails the commit, sends no cookie, and what was stands',
    needs: [...needs, 'stored'],
    async run(fixture) {
      const { ann, outage } = await inTrouble(fixture, ['replace'])
      const { session, finish, setCookies } = await ann.begin()
      session.data['n'] = 2
      await rejects(finish(), unavailable)
      deepEqual(setCookies, [])
      outage.stop()
      deepEqual((await ann.read())?.data, { n: 1 })
    },
  },
  {
    id: 'P8.3',
    title: 'a logout that the store did not hear is an error, and the session is still there',
    needs,
    async run(fixture) {
      const { ann, outage } = await inTrouble(fixture, writeOperations)
      const { session, finish, setCookies } = await ann.begin()
      await rejects(session.destroy(), unavailable)
      await finish()
      deepEqual(setCookies, [])
      outage.stop()
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P8.4',
    title: 'a login that cannot end the old session rejects, and nothing has changed',
    needs: [...needs, 'stored'],
    async run(fixture) {
      const control = createBackendControl()
      const manager = fixture.connect({ wrap: control.wrap })
      const ann = fixture.visitor(manager)
      await ann.request(put({ cart: ['tea'] }))
      const outage = control.fail('remove')
      const { session, finish, setCookies } = await ann.begin()
      await rejects(session.login('user-1'), unavailable)
      await finish()
      deepEqual(setCookies, [])
      outage.stop()
      deepEqual((await ann.read())?.data, { cart: ['tea'] })
    },
  },
]

/** Returns a signed-in browser and an outage of its store, during which these operations fail. */
async function inTrouble(fixture: StoreFixture, broken: Operations) {
  const control = createBackendControl()
  const ann = await signedIn(fixture, control.wrap)
  return { ann, outage: control.fail(broken) }
}
