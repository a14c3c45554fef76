import { describe, expect, test } from 'vitest'
import type { SessionBackend } from '../../src/store/backend.ts'
import { browser, managerOver, mapBackend, timeless, visit } from '../support.ts'

describe('an update', () => {
  test('an update that changes nothing has seen the newest data, and knows when the session has ended', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, async (session) => {
      await session.login('user-1')
      session.data['role'] = 'admin'
    })
    const session = await manager.load(visitor.carrier())
    await visit(manager, visitor, (other) => {
      other.data['role'] = 'user'
    })
    expect(await session.update((data) => data['role'])).toBe('user')
    await manager.revoke(session.id)
    await expect(session.update((data) => data['role'])).rejects.toMatchObject({
      code: 'ERR_SESSION_ENDED',
    })
  })

  test('an update inside an update of the same session ends with an error, and holds up nobody for ever', async () => {
    const { manager } = managerOver(mapBackend(), { storeTimeout: '200ms' })
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    const session = await manager.load(visitor.carrier())
    const nested = timeless(() => session.update(() => session.update(() => 1)))
    await expect(nested).rejects.toThrow(/did not end in time|written by others/)
    await visit(manager, visitor, (other) => other.update(() => 2))
  })

  test('an update that took too long writes nothing after its caller was told', async () => {
    const { manager } = managerOver(mapBackend(), { storeTimeout: '200ms' })
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    const session = await manager.load(visitor.carrier())
    const slow = { finish: () => {} }
    const waiting = new Promise<void>((resolve) => {
      slow.finish = resolve
    })
    const update = timeless(() =>
      session.update((data) => waiting.then(() => Object.assign(data, { late: true }))),
    )
    await expect(update).rejects.toMatchObject({ code: 'ERR_SESSION_CONFLICT' })
    slow.finish()
    await new Promise(setImmediate)
    await visit(manager, visitor, (after) => expect(after.data).toEqual({}))
  })

  // A store of 40 ms: together they wait longer than any one of them may take.
  test('40 parallel updates through a store that answers slowly all succeed, however long they wait', async () => {
    const backend = mapBackend()
    const turn = () => new Promise((resolve) => setTimeout(resolve, 40))
    const replace: SessionBackend['replace'] = (id, row, call) =>
      turn().then(() => backend.replace(id, row, call))
    const { manager } = managerOver({ ...backend, replace }, { storeTimeout: '500ms' })
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    const add = (data: Record<string, unknown>) => {
      data['n'] = Number(data['n'] ?? 0) + 1
    }
    const sessions = await Promise.all(
      Array.from({ length: 40 }, () => manager.load(visitor.carrier())),
    )
    await timeless(() => Promise.all(sessions.map((session) => session.update(add))))
    await visit(manager, visitor, (session) => expect(session.data['n']).toBe(40))
  })
})
