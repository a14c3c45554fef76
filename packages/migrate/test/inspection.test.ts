import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type StoreFactory } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { expect, test } from 'vitest'
import { migrateStore } from '../src/migrate-store.ts'

test('operators see the sessions of both stores, those that have moved once', async () => {
  const [from, to] = [keyedStore(referenceBackend()), keyedStore(referenceBackend())]
  const secret = randomBytes(32)
  const manage = (store: StoreFactory) =>
    createSessionManager<TestData>(devConfig(secret, { store, warn: () => undefined }))
  const [before, during] = [manage(from), manage(migrateStore({ from, to }))]
  const logIn = async (manager: typeof before, user: string) => {
    const visitor = createVisitor(manager)
    const id = await visitor.request(async (session) => {
      await session.login(user)
      session.data['n'] = user
      return session.id
    })
    return { visitor, id }
  }
  const [stays, moves] = [await logIn(before, 'ann'), await logIn(before, 'ben')]
  const isNew = await logIn(during, 'cay')
  await moves.visitor.at(during).request((session) => {
    session.data['moved'] = true
  })

  const shown = []
  for await (const { id } of during.scan()) shown.push(id)
  expect(shown.sort()).toEqual([stays.id, moves.id, isNew.id].sort())
  expect(await during.stats()).toMatchObject({ sessions: 3, users: 3 })
  const select = ({ data }: { data: TestData }) => ({ ...data })
  expect(await during.inspect(stays.id, { select })).toEqual({ n: 'ann' })
  expect(await during.inspect(moves.id, { select })).toEqual({ n: 'ben', moved: true })
  expect(await during.inspect(isNew.id, { select })).toEqual({ n: 'cay' })
})

test('nothing is shown where one of the stores shows nothing', () => {
  const backend = referenceBackend()
  const blind = keyedStore({ ...backend, supports: { ...backend.supports, scan: false } })
  for (const stores of [
    { from: blind, to: keyedStore(referenceBackend()) },
    { from: keyedStore(referenceBackend()), to: blind },
  ]) {
    const config = devConfig(randomBytes(32), { store: migrateStore(stores) })
    expect(createSessionManager(config).supports.scan).toBe(false)
  }
})
