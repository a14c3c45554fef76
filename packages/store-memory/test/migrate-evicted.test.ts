import { randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { migrateStore } from '@sojourn/migrate'
import { memoryBackend } from '@sojourn/store-memory'
import { expect, test } from 'vitest'

const minute = 60_000

test.each([
  ['old', false],
  ['new', true],
])(
  'a session that a limit evicts on a server of the %s step does not come back from where a dead mover left it',
  async (_step, move) => {
    const [from, to] = [memoryBackend(), memoryBackend()]
    const clock = { now: Date.UTC(2030, 0, 1) }
    const secret = randomBytes(32)
    const manage = (move: boolean, mine = from) => {
      const store = migrateStore({ from: keyedStore(mine), to: keyedStore(to), move })
      const rest = { limit: { max: 1 }, clock: () => clock.now, warn: () => undefined }
      return createSessionManager<Record<string, unknown>>(devConfig(secret, { store, ...rest }))
    }
    const dying = manage(true, { ...from, remove: () => Promise.reject(new Error('ECONNRESET')) })
    const server = manage(move)

    const first = createVisitor(manage(false))
    await first.request((session) => session.login('ann'))
    const moving = createVisitor(dying, first.cookie).request(({ data }) => {
      data['n'] = 1
    })
    await expect(moving).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' }) // it is in both now

    await createVisitor(server).request((session) => session.login('ann'))
    clock.now += 2 * minute // the tombstones have gone
    expect(await first.read()).toBeNull()
  },
)

test('where one store of a migration fails, revokeAll tells of the sessions that it has ended in the other', async () => {
  const [from, to] = [memoryBackend(), memoryBackend()]
  const secret = randomBytes(32)
  const manage = (backend: SessionBackend, move: boolean) => {
    const store = migrateStore({ from: keyedStore(from), to: keyedStore(backend), move })
    return createSessionManager<Record<string, unknown>>(
      devConfig(secret, { store, warn: () => undefined }),
    )
  }
  const ann = createVisitor(manage(to, false))
  await ann.request((session) => session.login('ann'))
  const id = await ann.request((session) => session.id)
  const broken = { ...to, removeGroup: () => Promise.reject(new Error('ECONNRESET')) }
  const manager = manage(broken, true)
  const ended: unknown[] = []
  manager.on('ended', (event) => ended.push(event))
  await expect(manager.revokeAll('ann')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  expect(ended).toEqual([{ id, reason: 'revoked' }])
})
