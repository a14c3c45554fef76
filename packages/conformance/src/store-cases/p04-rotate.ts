import { equal, notEqual, rejects } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { StoreCase } from '../store-fixture.ts'
import { assign, put } from '../visitor.ts'

const needs = ['revocation']

/** P4: after an explicit rotate() the old token is dead, and so are the writes of requests that began with it. */
export const rotateCutsClean: readonly StoreCase[] = [
  {
    id: 'P4.4',
    title: 'after rotate() the old token opens nothing, at once; id and data stay',
    needs,
    async run({ visitor }) {
      const ann = visitor()
      await ann.request(put({ n: 1 }))
      const stolen = ann.copy()
      const { session, finish } = await ann.begin()
      session.rotate()
      await finish()
      equal(await stolen.read(), null)
      notEqual(stolen.cookie, ann.cookie)
      deepEqual((await ann.read())?.data, { n: 1 })
      equal(await ann.request((next) => next.id), session.id)
    },
  },
  {
    id: 'P4.5',
    title: 'a write that began before rotate() is refused, not merged, and sends no cookie',
    needs,
    async run({ visitor }) {
      const ann = visitor()
      await ann.request(put({ role: 'user' }))
      const slow = await ann.copy().begin()
      const updating = await ann.copy().begin()
      await ann.request((session) => session.rotate())
      slow.session.data['role'] = 'admin'
      const superseded = { code: 'ERR_SESSION_SUPERSEDED', status: 409 }
      await rejects(slow.finish(), superseded)
      await rejects(updating.session.update(assign({ role: 'admin' })), superseded)
      deepEqual(slow.setCookies, [])
      deepEqual((await ann.read())?.data, { role: 'user' })
    },
  },
  {
    id: 'P4.6',
    title: 'destroy is allowed to a request that began before rotate()',
    needs,
    async run({ visitor }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const slow = await ann.copy().begin()
      await ann.request((session) => session.rotate())
      await slow.session.destroy()
      await slow.finish()
      equal(await ann.read(), null)
    },
  },
]
