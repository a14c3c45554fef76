import { deepEqual, equal, rejects } from 'node:assert/strict'
import type { SessionBackend } from '@sojourn/core'
import { onEach, type StoreBench, type StoreCase, type Wrap } from '../store-bench.ts'
import { assign, put, type Visitor } from '../visitor.ts'

type Operation = Extract<keyof SessionBackend, 'find' | 'insert' | 'replace' | 'remove' | 'touch'>

const needs = ['wrap']
const unavailable = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }

/** P8 and P11: trouble is not absence, and a retry is applied once. */
export const trouble: readonly StoreCase[] = [
  {
    id: 'P8.1',
    title:
      'a store that is down while reading is an error, never a new session, and the cookie stays good',
    needs,
    async run(bench) {
      const { ann, switched } = await inTrouble(bench, 'find')
      await rejects(ann.visit(), unavailable)
      switched.isDown = false
      equal((await ann.look())?.userId, 'user-1')
    },
  },
  {
    id: 'P8.2',
    title:
      'a store that is down while writing fails the commit, sends no cookie, and what was stands',
    needs,
    async run(bench) {
      const { ann, switched } = await inTrouble(bench, 'replace')
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
      const { ann, switched } = await inTrouble(bench, 'remove')
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
    needs,
    async run(bench) {
      const switched = { isDown: false }
      const manager = bench.connect({ wrap: failing('remove', switched) })
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
  {
    id: 'P11.1',
    title: 'an update whose reply was lost is sent again and applied once',
    needs,
    async run(bench) {
      const { ann, lost } = await losing(bench, 'replace')
      await ann.visit((session) =>
        session.update((data) => {
          data['n'] = Number(data['n']) + 1
        }),
      )
      equal(lost.count, 1)
      deepEqual((await ann.look())?.data, { n: 2 })
    },
  },
  {
    id: 'P11.2',
    title: 'an update whose reply was lost, and over which another wrote, is applied once',
    needs,
    async run(bench) {
      const { ann, lost } = await losing(bench, 'replace')
      lost.meanwhile = async () => {
        const other = Object.assign(bench.visitor(), { cookie: ann.cookie })
        await other.visit(put({ other: true }))
      }
      await ann.visit((session) =>
        session.update((data) => {
          data['n'] = Number(data['n']) + 1
        }),
      )
      equal(lost.count, 1)
      deepEqual((await ann.look())?.data, { n: 2, other: true })
    },
  },
  {
    id: 'P11.3',
    title: 'a login whose reply was lost leaves one session, and its cookie is good',
    needs: ['wrap', 'list'],
    async run(bench) {
      const lost = { isArmed: true, count: 0 }
      const manager = bench.connect({ wrap: lossy('insert', lost) })
      const ann = bench.visitor(manager)
      await ann.visit((session) => session.login('user-1'))
      equal(lost.count, 1)
      equal((await manager.sessions('user-1')).length, 1)
      equal((await ann.look())?.userId, 'user-1')
    },
  },
  {
    id: 'P11.4',
    title: 'a logout whose reply was lost has happened, and clears the cookie',
    needs,
    async run(bench) {
      const { ann, lost } = await losing(bench, 'remove')
      await ann.visit((session) => session.destroy())
      equal(lost.count, 1)
      equal(ann.cookie, undefined)
    },
  },
]

interface Lost {
  isArmed: boolean
  count: number
  /** What happens between the write and its repetition. */
  meanwhile?: () => Promise<void>
}

/** A signed-in browser whose store then fails at one operation. */
async function inTrouble(bench: StoreBench, operation: Operation) {
  const switched = { isDown: false }
  const ann = await signedIn(bench, failing(operation, switched))
  switched.isDown = true
  return { ann, switched }
}

/** A signed-in browser whose store then loses one reply. */
async function losing(bench: StoreBench, operation: Operation) {
  const lost: Lost = { isArmed: false, count: 0 }
  const ann = await signedIn(bench, lossy(operation, lost))
  lost.isArmed = true
  return { ann, lost }
}

async function signedIn(bench: StoreBench, wrap: Wrap): Promise<Visitor> {
  const ann = bench.visitor(bench.connect({ wrap }))
  await ann.visit(async (session) => {
    await session.login('user-1')
    await session.update(assign({ n: 1 }))
  })
  return ann
}

function failing(broken: Operation, switched: { isDown: boolean }): Wrap {
  return (backend) =>
    onEach(backend, (operation, run) =>
      operation === broken && switched.isDown ? Promise.reject(new Error('ECONNREFUSED')) : run(),
    )
}

function lossy(broken: Operation, lost: Lost): Wrap {
  return (backend) =>
    onEach(backend, async (operation, run) => {
      const result = await run()
      if (operation !== broken || !lost.isArmed) return result
      lost.isArmed = false
      lost.count++
      await lost.meanwhile?.()
      throw new Error('ECONNRESET')
    })
}
