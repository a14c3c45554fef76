import { deepEqual, equal, rejects } from 'node:assert/strict'
import { failing, type Operation, signedIn, writes } from '../faults.ts'
import type { StoreBench, StoreCase } from '../store-bench.ts'
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
    async run(bench) {
      const { ann, switched } = await inTrouble(bench, ['find'])
      await rejects(ann.visit(), unavailable)
      switched.isDown = false
      equal((await ann.look())?.userId, 'user-1')
    },
  },
  {
    id: 'P8.2',
    title:
      'a store that is down while writing fails the commit, sends no cookie, and what was stands',
    needs: [...needs, 'stored'],
    async run(bench) {
      const { ann, switched } = await inTrouble(bench, ['replace'])
      const { session, finish, setCookies } = await ann.begin()
      session.data['n'] = 2
      await rejects(finish(), unavailable)
      deepEqual(setCookies, [])
      switched.isDown = false
      deepEqual((await ann.look())?.data, { n: 1 })
    },
  },
  {
    id: 'P8.3',
    title: 'a logout that the store did not hear is an error, and the session is still there',
    needs,
    async run(bench) {
      const { ann, switched } = await inTrouble(bench, writes)
      const { session, finish, setCookies } = await ann.begin()
      await rejects(session.destroy(), unavailable)
      await finish()
      deepEqual(setCookies, [])
      switched.isDown = false
      equal((await ann.look())?.userId, 'user-1')
    },
  },
  {
    id: 'P8.4',
    title: 'a login that cannot end the old session rejects, and nothing has changed',
    needs: [...needs, 'stored'],
    async run(bench) {
      const switched = { isDown: false }
      const manager = bench.connect({ wrap: failing(['remove'], switched) })
      const ann = bench.visitor(manager)
      await ann.visit(put({ cart: ['tea'] }))
      switched.isDown = true
      const { session, finish, setCookies } = await ann.begin()
      await rejects(session.login('user-1'), unavailable)
      await finish()
      deepEqual(setCookies, [])
      switched.isDown = false
      deepEqual((await ann.look())?.data, { cart: ['tea'] })
    },
  },
]

/** A signed-in browser whose store then fails at some operations. */
async function inTrouble(bench: StoreBench, broken: readonly Operation[]) {
  const switched = { isDown: false }
  const ann = await signedIn(bench, failing(broken, switched))
  switched.isDown = true
  return { ann, switched }
}
