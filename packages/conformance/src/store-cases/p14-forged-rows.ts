import { equal, notEqual } from 'node:assert/strict'
import type { BackendCall, Row, SessionBackend } from '@sojourn/core/store'
import { deepEqual } from '../asserts.ts'
import type { StoreCase, StoreFixture } from '../store-fixture.ts'

// `stored`: of a sealed session the backend holds no row.
const needs = ['wrap', 'stored', 'revocation']

/** P14: write access to the database is not enough to create a session of another user. */
export const forgedRows: readonly StoreCase[] = [
  {
    id: 'P14.8',
    title: 'a row whose user was changed opens nothing, and is a session of neither user',
    needs,
    async run(fixture) {
      const { writer, ann, mallory } = await twoUsers(fixture)
      const row = await writer.read(mallory.id)
      await writer.write(mallory.id, { ...row, value: withUser(row.value, 'user-1') })
      equal(await mallory.visitor.read(), null)
      equal(await mallory.visitor.request(({ userId }) => userId), undefined)
      equal((await ann.visitor.read())?.userId, 'user-1')
      if (!fixture.manager.supports.list) return
      deepEqual(await idsOf(fixture, 'user-1'), [ann.id])
      deepEqual(await idsOf(fixture, 'user-2'), [])
    },
  },
  {
    id: 'P14.9',
    title: 'a request in flight while its row is forged does not take over the forged user',
    needs: [...needs, 'conditionalWrite'],
    async run(fixture) {
      const { writer, mallory } = await twoUsers(fixture)
      const slow = await mallory.visitor.copy().begin()
      const row = await writer.read(mallory.id)
      await writer.write(mallory.id, { ...row, value: withUser(row.value, 'user-1') })
      slow.session.data['late'] = true
      await slow.finish()
      deepEqual(slow.setCookies, [])
      notEqual(slow.session.userId, 'user-1')
      equal(await mallory.visitor.read(), null)
    },
  },
]

/** Two users who are logged in, and what the second of them can do to the database. */
async function twoUsers(fixture: StoreFixture) {
  const backends: SessionBackend[] = []
  const manager = fixture.connect({
    wrap(backend) {
      backends.push(backend)
      return backend
    },
  })
  const logIn = async (userId: string) => {
    const visitor = fixture.visitor(manager)
    const id = await visitor.request(async (session) => {
      await session.login(userId)
      return session.id
    })
    equal((await visitor.read())?.userId, userId)
    return { visitor, id }
  }
  const ann = await logIn('user-1')
  const mallory = await logIn('user-2')
  return { writer: createWriter(backends, fixture), ann, mallory }
}

/** Reads and writes rows past the manager. Of the two backends of a migration, the one that has the row counts. */
function createWriter(backends: readonly SessionBackend[], { clock }: StoreFixture) {
  const call = (): BackendCall => ({ at: clock.now, signal: new AbortController().signal })
  const holderOf = async (id: string) => {
    for (const backend of backends) {
      const row = await backend.find(id, call())
      if (row && 'value' in row) return { backend, row }
    }
    throw new Error(`no backend has a row of ${id}`)
  }
  return {
    read: async (id: string): Promise<Row> => (await holderOf(id)).row,
    async write(id: string, row: Row): Promise<void> {
      const { backend, row: before } = await holderOf(id)
      const forged = { ...row, version: `forged-${before.version}` }
      const outcome = await backend.replace(id, forged, { ...call(), expected: before.version })
      equal(outcome, 'replaced')
    },
  }
}

/** Returns the value of a row of user-2 as one of another user, whose name is as long. */
function withUser(value: Uint8Array, userId: string): Uint8Array {
  const forged = Buffer.from(value)
  const at = forged.indexOf('user-2')
  notEqual(at, -1, 'the row names its user')
  forged.write(userId, at)
  return forged
}

async function idsOf({ manager }: StoreFixture, userId: string): Promise<string[]> {
  return (await manager.sessions(userId)).map(({ id }) => id)
}
