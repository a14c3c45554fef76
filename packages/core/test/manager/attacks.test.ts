import { randomUUID } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import type { Row, SessionBackend } from '../../src/store/backend.ts'
import { browser, managerOver, mapBackend, testCarrier, visit } from '../support.ts'

/** What a hostile reviewer found; each stays here so that it does not come back. */
describe('found by attack', () => {
  test('an object given as session.data is not shared with other requests', async () => {
    const { manager } = managerOver(mapBackend())
    const empty = Object.freeze({})
    const ann = browser()
    await visit(manager, ann, (session) => session.login('ann'))
    const slow = ann.carrier()
    const session = await manager.load(slow)
    session.data = empty
    await visit(manager, ann, (other) => {
      other.data['card'] = '4111'
    })
    await manager.commit(session, slow)
    expect(empty).toEqual({})
    await visit(manager, ann, (after) => expect(after.data).toEqual({ card: '4111' }))
  })

  test('a login delivers its token though the data has become something that cannot be kept', async () => {
    const backend = mapBackend()
    const meanwhile = { act: () => {} }
    const insert: SessionBackend['insert'] = (id, row, call) => {
      meanwhile.act()
      return backend.insert(id, row, call)
    }
    const { manager } = managerOver({ ...backend, insert })
    const visitor = browser()
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    meanwhile.act = () => {
      session.data['f'] = () => 1
    }
    await session.login('user-1')
    const failing = Promise.resolve(manager.commit(session, carrier))
    await expect(failing).rejects.toMatchObject({ code: 'ERR_SESSION_NOT_ENCODABLE' })
    await manager.commit(session, carrier)
    expect(carrier.setCookies).toHaveLength(1)
    await visit(manager, visitor, (next) => expect(next.userId).toBe('user-1'))
  })

  test.each([
    ['persistent of a checkbox', { persistent: 'on' }, /persistent is .on./],
    ['persistent null', { persistent: null }, /persistent is null/],
    ['a client that is text', { client: 'Firefox' }, /client is not/],
    ['a client of numbers', { client: { n: 3 } }, /client is not/],
    ['a client of 5 MB', { client: { name: 'x'.repeat(5e6) } }, /client is not/],
  ])(
    'a login refuses %s instead of writing a record that it cannot read',
    async (_title, options, message) => {
      const backend = mapBackend()
      const { manager } = managerOver(backend)
      const visiting = visit(manager, browser(), (session) => session.login('u', options as never))
      await expect(visiting).rejects.toThrow(message)
      expect(backend.rows.size).toBe(0)
    },
  )

  test('a lost reply with four other writers after it is an unknown outcome, never a second write', async () => {
    const backend = mapBackend()
    const lost = { isArmed: false }
    const visitor = browser()
    const add = (session: { update(fn: (data: Record<string, unknown>) => void): Promise<void> }) =>
      session.update((data) => {
        data['n'] = Number(data['n'] ?? 0) + 1
      })
    const plain = managerOver(backend)
    const replace: SessionBackend['replace'] = async (id, row, call) => {
      const outcome = await backend.replace(id, row, call)
      if (!lost.isArmed) return outcome
      lost.isArmed = false
      for (let n = 0; n < 4; n++) overwrite(backend.rows, id)
      throw new Error('ECONNRESET')
    }
    const { manager } = managerOver({ ...backend, replace })
    await visit(manager, visitor, (session) => session.login('user-1'))
    lost.isArmed = true
    await visit(manager, visitor, async (session) => {
      await expect(add(session)).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    })
    await visit(manager, visitor, (session) => expect(session.data['n']).toBe(1))
    await plain.manager.close()
  })

  test('a session whose row has a time that is no number is not opened', async () => {
    const backend = mapBackend()
    const { manager, clock } = managerOver(backend)
    const visitor = browser()
    const { session } = await visit(manager, visitor, (first) => first.login('user-1'))
    const row = backend.rows.get(session.id) as Row
    backend.rows.set(session.id, { ...row, touchedAt: Number.NaN, expiresAt: 1e15 })
    clock.now += 365 * 86_400_000
    await expect(visit(manager, visitor)).rejects.toMatchObject({ code: 'ERR_STORE_CONTRACT' })
  })

  test('of two tokens of one session the newest counts, so that an old copy does not hold up rotation', async () => {
    const { manager, clock } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    const old = visitor.jar.cookie
    clock.now += 15 * 60_000
    await visit(manager, visitor)
    const cookie = `${old}; ${visitor.jar.cookie}`
    clock.now += 60_000
    const carrier = testCarrier({ cookie })
    await manager.commit(await manager.load(carrier), carrier)
    clock.now += 60_000
    const alone = await manager.load(testCarrier({ cookie: old }))
    expect(alone.ended).toBe('stale')
  })

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

  test('who waits behind a write that the store does not answer fails with it', async () => {
    const backend = mapBackend()
    const hanging = { isOn: false }
    const replace: SessionBackend['replace'] = (...args) =>
      hanging.isOn ? new Promise(() => undefined) : backend.replace(...args)
    const { manager } = managerOver({ ...backend, replace }, { storeTimeout: '200ms' })
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    const sessions = await Promise.all(
      Array.from({ length: 50 }, () => manager.load(visitor.carrier())),
    )
    hanging.isOn = true
    const failed = vi.fn()
    manager.on('failed', failed)
    const set = (data: Record<string, unknown>) => Object.assign(data, { n: 1 })
    const outcomes = await timeless(() =>
      Promise.allSettled(sessions.map((session) => session.update(set))),
    )
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(failed.mock.calls.length).toBeLessThanOrEqual(2)
  })

  test('listeners that fail, now or later, and a logger that throws harm nobody', async () => {
    const warn = vi.fn(() => {
      throw new Error('no logger')
    })
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { manager } = managerOver(mapBackend(), { warn })
    manager.on('created', () => {
      throw new Error('now')
    })
    manager.on('created', async () => {
      throw new Error('later')
    })
    await visit(manager, browser(), (session) => session.login('user-1'))
    expect(warn).toHaveBeenCalledTimes(2)
    expect(printed).toHaveBeenCalledTimes(2)
    printed.mockRestore()
  })

  test('ids that cannot be ids are nobody, and ask the store nothing', async () => {
    const backend = mapBackend()
    const { manager } = managerOver(backend)
    for (const id of [
      '',
      '*',
      '../../etc/passwd',
      'a\r\nFLUSHALL',
      'x'.repeat(1e6),
      {},
      ['a'],
      null,
    ])
      expect(await manager.revoke(id as never)).toBe(false)
    expect(backend.rows.size).toBe(0)
    await expect(manager.revokeAll('\ud800')).rejects.toThrow(/well-formed/)
  })
})

/** Runs what waits for timers, which go off one after the other as soon as nothing else is left to do. */
async function timeless<Result>(run: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const running = run()
    running.catch(() => undefined)
    await vi.runAllTimersAsync()
    return await running
  } finally {
    vi.useRealTimers()
  }
}

/** Another writer's version, four of which push every earlier tag out of a row's memory. */
function overwrite(rows: Map<string, unknown>, id: string): void {
  const row = rows.get(id) as Row
  const priorVersions = [row.version, ...row.priorVersions].slice(0, 3)
  rows.set(id, { ...row, version: `other-${randomUUID()}`, priorVersions })
}
