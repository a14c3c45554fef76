import { randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import type { SessionBackend } from '../../src/store/backend.ts'
import { isEpochRow, rowOf, testBackend, testManager } from '../support.ts'

/** A manager with sessions of two users and of a visitor. */
async function populated() {
  const made = testManager({}, testBackend({ scans: true }))
  const ids = []
  for (const userId of ['ada', 'bob', undefined]) {
    const visitor = createVisitor(made.manager)
    ids.push(
      await visitor.request(async (session) => {
        if (userId) await session.login(userId, { client: { browser: 'Firefox' } })
        session.data['role'] = userId ?? 'visitor'
        return session
      }),
    )
  }
  return { ...made, ids: ids.map(({ id }) => id) }
}

async function listed<Item>(scan: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of scan) items.push(item)
  return items
}

describe('a scan', () => {
  test('shows what a list of sessions shows, and of visitors too', async () => {
    const { manager, ids } = await populated()
    const shown = await listed(manager.scan())
    expect(shown.map(({ id }) => id).sort()).toEqual([...ids].sort())
    const [{ isCurrent: _, ...ada } = { isCurrent: false }] = await manager.sessions('ada')
    expect(shown).toContainEqual(ada)
  })

  test('yields what is selected, which may be nothing at all', async () => {
    const { manager } = await populated()
    const roles = await listed(manager.scan({ select: ({ data }) => data['role'] }))
    expect(roles.sort()).toEqual(['ada', 'bob', 'visitor'])
    const nothing = await listed(manager.scan({ select: () => undefined }))
    expect(nothing).toEqual([undefined, undefined, undefined])
  })

  test('counts a session whose record or data cannot be decoded, and goes on without an event', async () => {
    const { manager, rows, ids } = await populated()
    const corrupt: unknown[] = []
    manager.on('corrupt', (event) => corrupt.push(event))
    const [first = '', second = ''] = ids
    const { value, ...row } = rowOf(rows, first)
    rows.set(first, { ...row, value: value.subarray(0, 9) })
    const { value: other, ...otherRow } = rowOf(rows, second)
    rows.set(second, { ...otherRow, value: other.subarray(0, -3) })

    const scan = manager.scan()
    expect(await listed(scan)).toHaveLength(2)
    expect(scan.unreadable).toBe(1)
    const withData = manager.scan({ select: ({ data }) => data })
    expect(await listed(withData)).toHaveLength(1)
    expect(withData.unreadable).toBe(2)
    expect(await listed(withData)).toHaveLength(1)
    expect(withData.unreadable).toBe(2)
    expect(corrupt).toEqual([])
  })

  test('ends with what the application throws', async () => {
    const { manager } = await populated()
    const scan = manager.scan({
      select: () => {
        throw new TypeError('no such key')
      },
    })
    await expect(listed(scan)).rejects.toThrow('no such key')
  })

  test('ends with the reason of its signal, and one that is left early leaves the backend', async () => {
    const over = testBackend({ scans: true })
    const { manager } = testManager({}, over)
    for (let n = 0; n < 3; n++)
      await createVisitor(manager).request(async (session) => session.login(`user-${n}`))
    const abort = new AbortController()
    const scan = manager.scan({ signal: abort.signal })[Symbol.asyncIterator]()
    expect(await scan.next()).toMatchObject({ done: false })
    abort.abort(new Error('the operator left'))
    await expect(scan.next()).rejects.toThrow('the operator left')
    const left = vi.fn()
    const { scan: reference } = over.backend
    over.backend.scan = async function* (call) {
      try {
        yield* reference(call)
      } finally {
        left()
      }
    }
    for await (const _ of manager.scan()) break
    expect(left).toHaveBeenCalledOnce()
  })

  test('ends while no session comes, and the backend hears of it, also at the deadline', async () => {
    const over = testBackend({ scans: true })
    const stopped: unknown[] = []
    const backend: SessionBackend = {
      ...over.backend,
      async *scan({ signal }) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        stopped.push(signal.reason)
        signal.throwIfAborted()
      },
    }
    const { manager } = testManager({ storeTimeout: 10 }, { ...over, backend })
    const failed: unknown[] = []
    manager.on('failed', (event) => failed.push(event))
    const abort = new AbortController()
    const scan = listed(manager.scan({ signal: abort.signal }))
    setImmediate(() => abort.abort(new Error('the operator left')))
    await expect(scan).rejects.toThrow('the operator left')
    expect([stopped.length, failed]).toEqual([1, []])
    await expect(listed(manager.scan({ signal: abort.signal }))).rejects.toThrow('left')
    expect(stopped).toHaveLength(1)
    await expect(listed(manager.scan())).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
    await vi.waitFor(() => expect(stopped).toHaveLength(2))
  })

  test('lets other work run, however fast the backend is', async () => {
    const { manager, backend, rows, ids } = await populated()
    const [id = ''] = ids
    const row = rowOf(rows, id)
    backend.scan = async function* () {
      for (let n = 0; n < 4_000; n++) yield { ...row, id }
    }
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    await listed(manager.scan())
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })

  test('shows neither the row of the epochs nor a session that an epoch has ended', async () => {
    const { manager, rows } = await populated()
    await manager.revokeEverybody()
    expect([...rows.keys()].some(isEpochRow)).toBe(true)
    expect(await listed(manager.scan())).toEqual([])
  })

  test('shows none past its limits, and corrects times of the future', async () => {
    const { manager, clock, ids } = await populated()
    clock.now -= 3_600_000
    for (const { createdAt, lastSeenAt } of await listed(manager.scan()))
      expect([createdAt, lastSeenAt]).toEqual([clock.now, clock.now])
    clock.now += 48 * 3_600_000
    expect(await listed(manager.scan())).toEqual([])
    expect(await manager.inspect(ids[0] ?? '')).toBeUndefined()
  })
})

describe('inspect', () => {
  test('returns one session, whoever has it, and its data if selected', async () => {
    const { manager, ids } = await populated()
    const [ada = '', , visitor = ''] = ids
    const [listed] = await manager.sessions('ada')
    expect({ ...(await manager.inspect(ada)), isCurrent: false }).toEqual(listed)
    expect(await manager.inspect(visitor)).toMatchObject({ id: visitor, userId: undefined })
    expect(await manager.inspect(ada, { select: ({ data }) => ({ ...data }) })).toEqual({
      role: 'ada',
    })
  })

  test('returns nothing of one that is over, unreadable or not of this application', async () => {
    const { manager, ids, rows, takeCalls } = await populated()
    const [ada = '', bob = ''] = ids
    await manager.revoke(ada)
    rows.set(bob, { ...rowOf(rows, bob), value: new Uint8Array(3) })
    expect(await manager.inspect(ada)).toBeUndefined()
    expect(await manager.inspect(bob)).toBeUndefined()
    takeCalls()
    expect(await manager.inspect('../../etc')).toBeUndefined()
    expect(takeCalls()).toEqual([])
  })
})

test('data is no property that a log would show, and is read once', async () => {
  const { manager } = await populated()
  const [session] = await listed(manager.scan({ select: (stored) => stored }))
  expect(JSON.stringify(session)).not.toContain('role')
  expect(Object.keys(session ?? {})).not.toContain('data')
  expect(session?.data).toBe(session?.data)
})

test('data is shown as a handler would see it, migrated, and counted where it does not fit', async () => {
  const over = testBackend({ scans: true })
  const secretKey = randomBytes(32)
  const { manager: old } = testManager({ secretKey }, over)
  for (const basket of [['tea'], 'broken'])
    await createVisitor(old).request((session) => {
      session.data['basket'] = basket
    })
  const migrations = {
    1: ({ basket }: { basket?: unknown }) => {
      if (!Array.isArray(basket)) throw new TypeError('no list')
      return { cart: basket }
    },
  }
  const { manager } = testManager({ secretKey, version: 2, migrations }, over)
  const scan = manager.scan({ select: ({ data }) => ({ ...data }) })
  expect(await listed(scan)).toEqual([{ cart: ['tea'] }])
  expect(scan.unreadable).toBe(1)
})

test('a store that cannot list its sessions refuses, and supports.scan says so', async () => {
  const { manager } = testManager()
  expect(manager.supports.scan).toBe(false)
  const refusal = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' })
  expect(() => manager.scan()).toThrow(refusal)
  await expect(manager.inspect('any')).rejects.toThrow(refusal)
  await expect(manager.stats()).rejects.toThrow(/supports\.scan is true/)
})

test('a misspelt option is refused', async () => {
  const { manager } = await populated()
  expect(() => manager.scan({ selects: () => 1 } as object)).toThrow('Write select')
  await expect(manager.inspect('id', { selct: 1 } as object)).rejects.toThrow('Write select')
})
