import { deepEqual, equal } from 'node:assert/strict'
import { type Lost, lossy, type Operation, signedIn, writes } from '../faults.ts'
import type { StoreCase, StoreFixture } from '../store-fixture.ts'
import { put } from '../visitor.ts'

const needs = ['wrap', 'stored']

/** P11: a retry is applied once. */
export const retries: readonly StoreCase[] = [
  {
    id: 'P11.1',
    title: 'an update whose reply was lost is sent again and applied once',
    needs,
    async run(fixture) {
      const { ann, lost } = await losing(fixture, ['replace'])
      await ann.visit((session) =>
        session.update((data) => {
          data['n'] = Number(data['n']) + 1
        }),
      )
      equal(lost.count, 1)
      deepEqual((await ann.peek())?.data, { n: 2 })
    },
  },
  {
    id: 'P11.2',
    title: 'an update whose reply was lost, and over which another wrote, is applied once',
    needs,
    async run(fixture) {
      const { ann, lost } = await losing(fixture, ['replace'])
      lost.meanwhile = async () => {
        const other = Object.assign(fixture.visitor(), { cookie: ann.cookie })
        await other.visit(put({ other: true }))
      }
      await ann.visit((session) =>
        session.update((data) => {
          data['n'] = Number(data['n']) + 1
        }),
      )
      equal(lost.count, 1)
      deepEqual((await ann.peek())?.data, { n: 2, other: true })
    },
  },
  {
    id: 'P11.3',
    title: 'a login whose reply was lost leaves one session, and its cookie is good',
    needs: [...needs, 'list'],
    async run(fixture) {
      const lost = { isArmed: true, count: 0 }
      const manager = fixture.connect({ wrap: lossy(['insert'], lost) })
      const ann = fixture.visitor(manager)
      await ann.visit((session) => session.login('user-1'))
      equal(lost.count, 1)
      equal((await manager.sessions('user-1')).length, 1)
      equal((await ann.peek())?.userId, 'user-1')
    },
  },
  {
    id: 'P11.4',
    title: 'a logout whose reply was lost has happened, and clears the cookie',
    needs: ['wrap', 'revocation'],
    async run(fixture) {
      const { ann, lost } = await losing(fixture, writes)
      await ann.visit((session) => session.destroy())
      equal(lost.count, 1)
      equal(ann.cookie, undefined)
    },
  },
]

/** A signed-in browser whose store then loses one reply. */
async function losing(fixture: StoreFixture, broken: readonly Operation[]) {
  const lost: Lost = { isArmed: false, count: 0 }
  const ann = await signedIn(fixture, lossy(broken, lost))
  lost.isArmed = true
  return { ann, lost }
}
