import { memoryStore } from '@sojourn/store-memory'
import { expect, test } from 'vitest'
import { cookieName, createBrowser, createWorld } from './world.ts'

test('a thief with the session cookie alone can log that session out, and no other of its user', async () => {
  const { manager } = createWorld({ store: memoryStore() })
  const [laptop, phone] = [createBrowser(manager), createBrowser(manager)]
  await laptop.bind()
  await phone.visit((session) => session.login('ada'))
  const thief = laptop.copy()
  const pairs = (laptop.jar.header ?? '').split('; ')
  thief.jar.header = pairs.find((pair) => pair.startsWith(`${cookieName}=`)) ?? ''
  expect((await thief.visit()).ended).toBe('unbound')
  expect((await thief.visit((session) => session.destroyAll())).ended).toBe('logout')
  expect((await laptop.visit()).userId).toBeUndefined()
  expect((await phone.visit()).userId).toBe('ada')
})
