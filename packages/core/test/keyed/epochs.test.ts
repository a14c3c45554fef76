import { randomBytes } from 'node:crypto'
import { createVisitor, passRealTime } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { isEpochRow, rowOf, type TestBackend, testBackend, testManager } from '../support.ts'

const secretKey = randomBytes(32)

/** A storage whose reads and writes of the row of the epochs a test counts and fails. */
function storage() {
  const over = testBackend({ scans: true })
  const epochs = { finds: 0, fails: false }
  const finds: string[] = []
  const scan = { fails: false }
  const { backend } = over
  const counted: TestBackend = {
    ...over,
    backend: {
      ...backend,
      async *scan(call) {
        for await (const row of backend.scan(call)) {
          yield row
          if (scan.fails) throw new Error('down')
        }
      },
      find(id, call) {
        finds.push(id)
        if (!isEpochRow(id)) return backend.find(id, call)
        epochs.finds++
        return epochs.fails ? Promise.reject(new Error('down')) : backend.find(id, call)
      },
    },
  }
  const rowId = () => [...over.rows.keys()].find(isEpochRow)
  return { epochs, finds, scan, over: counted, rows: over.rows, rowId }
}

/** Two servers over one storage, and a user who is logged in. */
async function fleet() {
  const { over, ...rest } = storage()
  const clock = { now: Date.UTC(2026, 10, 21) }
  const connect = () => testManager({ secretKey, clock: () => clock.now }, over).manager
  const [here, there] = [connect(), connect()]
  const ann = createVisitor(here)
  await ann.request((session) => session.login('ann'))
  return { ...rest, over, clock, connect, here, there, ann }
}

const why = (visitor: ReturnType<typeof createVisitor>) =>
  visitor.request((session) => session.ended ?? session.userId ?? 'new')

describe('revokeEverybody', () => {
  test('ends all sessions at once, here and on other servers', async () => {
    const { here, there, ann, connect } = await fleet()
    const elsewhere = ann.copy().at(there)
    expect(await why(elsewhere)).toBe('ann')
    await here.revokeEverybody()
    expect(await why(ann.copy())).toBe('revoked')
    expect(await why(elsewhere)).toBe('revoked')
    expect(await why(ann.copy().at(connect()))).toBe('revoked')
  })

  test('ends sessions of visitors too, and lets everybody begin anew', async () => {
    const { here, ann } = await fleet()
    const visitor = createVisitor(here)
    await visitor.request(({ data }) => Object.assign(data, { cart: 1 }))
    await here.revokeEverybody()
    expect(await why(visitor)).toBe('revoked')
    expect(await here.sessions('ann')).toEqual([])
    await ann.request((session) => session.login('ann'))
    expect(await why(ann)).toBe('ann')
    expect(await here.sessions('ann')).toHaveLength(1)
    const next = createVisitor(here)
    await next.request(({ data }) => Object.assign(data, { cart: 2 }))
    expect(await next.read()).toMatchObject({ data: { cart: 2 } })
  })

  test('takes a session of the new epoch for its own on a server that has not heard of it', async () => {
    const { here, there, ann } = await fleet()
    await why(ann.copy().at(there))
    await here.revokeEverybody()
    await ann.request((session) => session.login('ann'))
    expect(await why(ann.at(there))).toBe('ann')
  })

  test('is an event here and, once noticed, on other servers; watches end with it', async () => {
    const { here, there, ann } = await fleet()
    const events: unknown[] = []
    for (const manager of [here, there])
      manager.on('everybodyRevoked', (event) => events.push(event))
    await createVisitor(there).request((session) => session.login('bob'))
    const watches = [here, there].map((manager) => manager.watch({ cookie: ann.cookie ?? '' }))
    const [first, second] = await Promise.all(watches)
    await here.revokeEverybody()
    expect(events).toEqual([{ here: true }])
    expect(await first?.ended).toBe('revoked')
    passRealTime(1_000)
    await createVisitor(there).request((session) => session.login('bob'))
    expect(events).toEqual([{ here: true }, { here: false }])
    expect(await second?.ended).toBe('revoked')
  })

  test('ends nothing of another namespace in the same store', async () => {
    const { here, ann, clock, over } = await fleet()
    const shop = { secretKey, clock: () => clock.now, namespace: 'shop' }
    const bob = createVisitor(testManager(shop, over).manager)
    await bob.request((session) => session.login('bob'))
    await here.revokeEverybody()
    passRealTime(5_000)
    expect(await why(bob)).toBe('bob')
    expect(await why(bob.at(testManager(shop, over).manager))).toBe('bob')
    expect(await why(ann)).toBe('revoked')
  })

  test('again and again leaves one row, of the last epochs', async () => {
    const { here, there, ann, rows, rowId } = await fleet()
    for (let n = 0; n < 12; n++) await (n % 2 ? here : there).revokeEverybody()
    expect([...rows.keys()].filter(isEpochRow)).toHaveLength(1)
    const value = Buffer.from(rowOf(rows, rowId() ?? '').value).toString()
    expect(JSON.parse(value.slice(value.indexOf('{'))).epochs).toHaveLength(9)
    expect(await why(ann)).toBe('revoked')
  })

  test('reaches a server that has missed more epochs than are remembered', async () => {
    for (let round = 0; round < 5; round++) {
      const { here, there, ann } = await fleet()
      await here.revokeEverybody()
      await ann.request((session) => session.login('ann'))
      expect(await why(ann.copy().at(there))).toBe('ann')
      for (let n = 0; n < 10; n++) await here.revokeEverybody()
      passRealTime(1_000)
      expect(await why(ann.copy().at(there))).not.toBe('ann')
      await ann.request((session) => session.login('ann'))
      expect(await why(ann.copy().at(there))).toBe('ann')
    }
  })

  test('does not hide the sessions since from a server that has not heard of it', async () => {
    for (const act of ['list', 'revoke', 'revokeAll'] as const) {
      const { here, there, ann } = await fleet()
      await why(ann.copy().at(there))
      await here.revokeEverybody()
      await ann.request((session) => session.login('ann'))
      const id = await ann.request((session) => session.id)
      if (act === 'list') expect(await there.sessions('ann')).toMatchObject([{ id }])
      if (act === 'revoke') expect(await there.revoke(id, { userId: 'ann' })).toBe(true)
      if (act === 'revokeAll') expect(await there.revokeAll('ann')).toBe(1)
      expect(await why(ann)).toBe(act === 'list' ? 'ann' : 'revoked')
    }
  })

  test('on two servers at once takes effect twice', async () => {
    const { here, there, ann } = await fleet()
    await Promise.all([here.revokeEverybody(), there.revokeEverybody()])
    expect(await why(ann)).toBe('revoked')
  })

  test('that fails changes nothing, and says so', async () => {
    const { here, ann, epochs } = await fleet()
    epochs.fails = true
    await expect(here.revokeEverybody()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    epochs.fails = false
    expect(await why(ann)).toBe('ann')
  })
})

describe('a request in flight over revokeEverybody', () => {
  test('saves nothing into the session that it began with', async () => {
    const { here, there, ann, rows } = await fleet()
    for (const act of ['data', 'rotate', 'login'] as const) {
      const visitor = createVisitor(here)
      await visitor.request((session) => session.login('bob'))
      const slow = [await visitor.copy().begin(), await visitor.copy().at(there).begin()]
      await here.revokeEverybody()
      for (const { session, finish } of slow) {
        if (act === 'data') session.data['late'] = true
        if (act === 'rotate') session.rotate()
        if (act === 'login') await session.login('bob')
        await finish()
      }
      expect(await why(visitor)).toBe('revoked')
    }
    expect(await why(ann)).toBe('revoked')
    expect(rows.size).toBeGreaterThan(0)
  })

  test('logs a visitor in without the data of before', async () => {
    const { here } = await fleet()
    const visitor = createVisitor(here)
    await visitor.request(({ data }) => Object.assign(data, { before: 1 }))
    const { session, finish } = await visitor.begin()
    await here.revokeEverybody()
    await session.login('bob')
    await finish()
    expect(await visitor.read()).toEqual({ data: {}, userId: 'bob' })
  })

  test('creates a session of now under the id that it has shown', async () => {
    const { here } = await fleet()
    const visitor = createVisitor(here)
    const { session, finish } = await visitor.begin()
    const { id } = session
    await here.revokeEverybody()
    session.data['n'] = 1
    await finish()
    expect(await visitor.request((next) => [next.id, next.data['n']])).toEqual([id, 1])
  })
})

describe('the sweep', () => {
  test('ends each session of before, of users and visitors, and none since', async () => {
    const { here, there, rows } = await fleet()
    const before = Array.from({ length: 250 }, () => createVisitor(there))
    for (const [n, each] of before.entries())
      await each.request(async (session) => {
        if (n % 2) await session.login(`user-${n}`)
        else Object.assign(session.data, { n })
      })
    await here.revokeEverybody()
    const bob = createVisitor(here)
    await bob.request((session) => session.login('bob'))
    await here.revokeEverybody()
    const carl = createVisitor(here)
    await carl.request((session) => session.login('carl'))
    const live = [...rows].filter(([id, row]) => !('ended' in row) && !isEpochRow(id))
    expect(live).toHaveLength(1)
    for (const each of before) expect(await why(each)).toBe('revoked')
    expect(await why(bob)).toBe('revoked')
    expect(await why(carl)).toBe('carl')
  })

  test('that fails half-way rejects, what it has not reached ends here, and the next call ends the rest', async () => {
    const { here, there, ann, scan } = await fleet()
    const others = Array.from({ length: 3 }, () => createVisitor(there))
    for (const each of others) await each.request((session) => session.login('bob'))
    scan.fails = true
    await expect(here.revokeEverybody()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    for (const each of [ann, ...others]) expect(await why(each.copy().at(here))).toBe('revoked')
    scan.fails = false
    await here.revokeEverybody()
    for (const each of [ann, ...others]) expect(await why(each.copy().at(there))).toBe('revoked')
  })
})

describe('the row of the epochs', () => {
  test('costs no read a look-up, on a server that has just started neither, and a login one a second', async () => {
    const { here, ann, connect, clock, finds, epochs } = await fleet()
    epochs.finds = 0
    for (const server of [connect(), connect()]) {
      finds.length = 0
      for (let n = 0; n < 3; n++) {
        clock.now += n === 1 ? -60_000 : 1_000
        passRealTime(1_000)
        expect(await why(ann.copy().at(server))).toBe('ann')
      }
      expect(finds).toHaveLength(3)
    }
    expect(epochs.finds).toBe(0)
    for (let n = 0; n < 3; n++) {
      passRealTime(1_000)
      const logins = Array.from({ length: 3 }, () => createVisitor(here))
      await Promise.all(logins.map((each) => each.request((session) => session.login('bob'))))
    }
    expect(epochs.finds).toBe(3)
  })

  test('is not needed while the store is in trouble, once it was read', async () => {
    const { here, ann, epochs } = await fleet()
    await here.revokeEverybody()
    epochs.fails = true
    passRealTime(5_000)
    expect(await why(ann)).toBe('revoked')
  })

  test('must be read once: before, opening and logging in fail, and the cookie stays', async () => {
    const { ann, connect, epochs } = await fleet()
    epochs.fails = true
    const fresh = connect()
    for (const visitor of [ann.at(fresh), createVisitor(fresh)])
      await expect(visitor.request((session) => session.login('bob'))).rejects.toMatchObject({
        code: 'ERR_STORE_UNAVAILABLE',
      })
    epochs.fails = false
    expect(await why(ann.at(fresh))).toBe('ann')
  })

  test('that vanished is remembered by the servers that knew it, and written again', async () => {
    const { here, connect, ann, rows, rowId } = await fleet()
    await here.revokeEverybody()
    rows.delete(rowId() ?? '')
    passRealTime(5_000)
    expect(await why(ann.copy())).toBe('revoked')
    expect(await why(ann.copy().at(connect()))).toBe('revoked')
  })

  test('that is of before, as after a restore, is written again by the servers that know better', async () => {
    const { here, connect, ann, rows, rowId } = await fleet()
    await here.revokeEverybody()
    const id = rowId() ?? ''
    const before = rowOf(rows, id)
    await ann.request((session) => session.login('ann'))
    await here.revokeEverybody()
    rows.set(id, before)
    passRealTime(5_000)
    expect(await why(ann.copy())).toBe('revoked')
    expect(await why(ann.copy().at(connect()))).toBe('revoked')
  })

  test('that cannot be written again costs one attempt a second, and no request', async () => {
    const { here, ann, clock, rows, rowId, epochs } = await fleet()
    await here.revokeEverybody()
    const id = rowId() ?? ''
    rows.set(id, { ended: 'revoked', at: clock.now })
    await ann.request((session) => session.login('ann'))
    epochs.finds = 0
    passRealTime(1_000)
    for (let n = 0; n < 5; n++) await createVisitor(here).request((session) => session.login('bob'))
    expect(epochs.finds).toBe(1)
    expect(await why(ann)).toBe('ann')
  })

  test('that something else has written fails what needs it, and is no epoch', async () => {
    const { here, ann, connect, rows, rowId } = await fleet()
    await here.revokeEverybody()
    await ann.request((session) => session.login('ann'))
    const id = rowId() ?? ''
    rows.set(id, { ...rowOf(rows, id), value: Buffer.from('{}') })
    await expect(why(ann.at(connect()))).rejects.toMatchObject({ code: 'ERR_STORE_CONTRACT' })
  })

  test('cannot be ended by its id', async () => {
    const { here, ann, rowId } = await fleet()
    await here.revokeEverybody()
    expect(await here.revoke(rowId() ?? '')).toBe(false)
    expect(await why(ann)).toBe('revoked')
  })
})

test('a store that cannot end sessions says what to do instead', async () => {
  const warn = vi.fn()
  const over = testBackend({ scans: true })
  const supports = { ...over.backend.supports, revocation: false }
  const backend = { ...over.backend, supports }
  const { manager } = testManager({ warn }, { ...over, backend })
  await expect(manager.revokeEverybody()).rejects.toThrow(/deploy another namespace or secretKey/)
})
