import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { createBackendControl } from '../backend-control.ts'
import { type Operations, writeOperations } from '../intercept-operations.ts'
import type { StoreCase, StoreFixture } from '../store-fixture.ts'
import { put, type Visitor } from '../visitor.ts'
import { signedIn } from './signed-in.ts'

const needs = ['wrap', 'stored']

/** P11: a retry is applied once. */
export const retries: readonly StoreCase[] = [
  {
    id: 'P11.1',
    title: 'an update whose reply was lost is sent again and applied once',
    needs,
    async run(fixture) {
      const { ann, lost } = await losing(fixture, 'replace')
      await ann.request((session) =>
        session.update((data) => {
          data['n'] = Number(data['n']) + 1
        }),
      )
      equal(lost.count, 1)
      deepEqual((await ann.read())?.data, { n: 2 })
    },
  },
  {
    id: 'P11.2',
    title: 'an update whose reply was lost, and over which another wrote, is applied once',
    needs,
    async run(fixture) {
      const { ann, lost } = await losing(fixture, 'replace', (user) =>
        user
          .at(fixture.manager)
          .copy()
          .request(put({ other: true })),
      )
      await ann.request((session) =>
        session.update((data) => {
          data['n'] = Number(data['n']) + 1
        }),
      )
      equal(lost.count, 1)
      deepEqual((await ann.read())?.data, { n: 2, other: true })
    },
  },
  {
    id: 'P11.3',
    title: 'a login whose reply was lost leaves one session, and its cookie is good',
    needs: [...needs, 'list'],
    async run(fixture) {
      const control = createBackendControl()
      const lost = control.loseReplies('insert', { times: 1 })
      const manager = fixture.connect({ wrap: control.wrap })
      const ann = fixture.visitor(manager)
      await ann.request((session) => session.login('user-1'))
      equal(lost.count, 1)
      equal((await manager.sessions('user-1')).length, 1)
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P11.4',
    title: 'a logout whose reply was lost has happened, and clears the cookie',
    needs: ['wrap', 'revocation'],
    async run(fixture) {
      const { ann, lost } = await losing(fixture, writeOperations)
      await ann.request((session) => session.destroy())
      equal(lost.count, 1)
      equal(ann.cookie, undefined)
    },
  },
]

/** Returns a signed-in browser whose store then loses one reply; `meanwhile` runs before the retry. */
async function losing(
  fixture: StoreFixture,
  operations: Operations,
  meanwhile: (ann: Visitor) => Promise<void> = async () => undefined,
) {
  const control = createBackendControl()
  const ann = await signedIn(fixture, control.wrap)
  const lost = control.loseReplies(operations, { times: 1, meanwhile: () => meanwhile(ann) })
  return { ann, lost }
}
