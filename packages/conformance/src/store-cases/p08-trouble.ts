import { deepEqual, equal, rejects } from 'node:assert/strict'
import { failing, type Operation, signedIn, writes } from '../faults.ts'
import type { StoreCase, StoreFixture } from '../store-fixture.ts'
import { put } from '../visitor.ts'

const needs = ['wrap']
const unavailable = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }

/** P8: trouble is not absence. */
export const trouble: readonly StoreCase[] = [
  {
    id: 'P8.1',
    title:
      'a store that is down while reading is an error, never a new session, and the cookie stays good',
    needs,
    async run(fixture) {
      const { ann, switched } = await inTrouble(fixture, ['find'])
      await rejects(ann.visit(), unavailable)
      switched.isDown = false
      equal((await ann.peek())?.userId, 'user-1')
    },
  },
  {
    id: 'P8.2',
    title:
      'a store that is down while writing fails the commit, sends no cookie, and what was stands',
    needs: [...needs, 'stored'],
    async run(fixture) {
      const { ann, switched } = await inTrouble(fixture, ['replace'])
      const { session, finish, setCookies } = await ann.begin()
      session.data['n'] = 2
      await rejects(finish(), unavailable)
      deepEqual(setCookies, [])
      switched.isDown = false
      deepEqual((await ann.peek())?.data, { n: 1 })
    },
  },
  {
    id: 'P8.3',
    title: 'a logout that the store did not hear is an error, and the session is still there',
    needs,
    async run(fixture) {
      const { ann, switched } = await inTrouble(fixture, writes)
      const { session, finish, setCookies } = await ann.begin()
      await rejects(session.destroy(), unavailable)
      await finish()
      deepEqual(setCookies, [])
      switched.isDown = false
      equal((await ann.peek())?.userId, 'user-1')
    },
  },
  {
    id: 'P8.4',
    title: 'a login that cannot end the old session rejects, and nothing has changed',
    needs: [...needs, 'stored'],
    async run(fixture) {
      const switched = { isDown: false }
      const manager = fixture.connect({ wrap: failing(['remove'], switched) })
      const ann = fixture.visitor(manager)
      await ann.visit(put({ cart: ['tea'] }))
      switched.isDown = true
      const { session, finish, setCookies } = await ann.begin()
      await rejects(session.login('user-1'), unavailable)
      await finish()
      deepEqual(setCookies, [])
      switched.isDown = false
      deepEqual((await ann.peek())?.data, { cart: ['tea'] })
    },
  },
]

/** A signed-in browser whose store then fails at some operations. */
async function inTrouble(fixture: StoreFixture, broken: readonly Operation[]) {
  const switched = { isDown: false }
  const ann = await signedIn(fixture, failing(broken, switched))
  switched.isDown = true
  return { ann, switched }
}
