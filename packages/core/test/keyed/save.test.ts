import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor, deferred } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { createOpen } from '../../src/keyed/open.ts'
import { createSave } from '../../src/keyed/save.ts'
import type { OpenedSession } from '../../src/store/opened-session.ts'
import { encoded, freshRecord, hour, keyedContext, minute, t0 } from '../contexts.ts'
import { rowOf, signedIn, testBackend, testManager, timeless } from '../support.ts'

describe('an update', () => {
  test('an update that changes nothing has seen the newest data, and knows when the session has ended', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request(async (session) => {
      await session.login('user-1')
      session.data['role'] = 'admin'
    })
    const { session } = await visitor.begin()
    await visitor.request((other) => {
      other.data['role'] = 'user'
    })
    expect(await session.update((data) => data['role'])).toBe('user')
    await manager.revoke(session.id)
    await expect(session.update((data) => data['role'])).rejects.toMatchObject({
      code: 'ERR_SESSION_ENDED',
    })
  })

  test('an update inside an update of the same session ends with an error, and holds up nobody for ever', async () => {
    const { manager } = testManager({ storeTimeout: '200ms' })
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    const { session } = await visitor.begin()
    const nested = timeless(() => session.update(() => session.update(() => 1)))
    await expect(nested).rejects.toThrow(/did not end in time|written by others/)
    await visitor.request((other) => other.update(() => 2))
  })

  test('an update that took too long writes nothing after its caller was told', async () => {
    const { manager } = testManager({ storeTimeout: '200ms' })
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    const { session } = await visitor.begin()
    const slow = deferred()
    const update = timeless(() =>
      session.update((data) => slow.promise.then(() => Object.assign(data, { late: true }))),
    )
    await expect(update).rejects.toMatchObject({ code: 'ERR_SESSION_CONFLICT' })
    slow.resolve()
    await new Promise(setImmediate)
    await visitor.request((after) => expect(after.data).toEqual({}))
  })

  // A store of 40 ms: together they wait longer than any one of them may take.
  test('40 parallel updates through a store that answers slowly all succeed, however long they wait', async () => {
    const { manager, intercept } = testManager({ storeTimeout: '500ms' })
    intercept('replace', async (run) => {
      await new Promise((resolve) => setTimeout(resolve, 40))
      return run()
    })
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    const add = (data: Record<string, unknown>) => {
      data['n'] = Number(data['n'] ?? 0) + 1
    }
    const requests = await Promise.all(Array.from({ length: 40 }, () => visitor.begin()))
    await timeless(() => Promise.all(requests.map(({ session }) => session.update(add))))
    await visitor.request((session) => expect(session.data['n']).toBe(40))
  })
})

describe('a save', () => {
  /** Two servers that have opened one session. `meanwhile` lets another in before the next call of the first. */
  async function setUp() {
    const over = testBackend()
    const first = keyedContext({}, over)
    const second = keyedContext({}, { ...over, backend: referenceBackend({ entries: over.rows }) })
    const { record } = freshRecord()
    first.keep({ record, touchedAt: t0, data: encoded({}) })
    const opening = async ({ context }: typeof first) => {
      const row = await context.backend.find(record.id, t0)
      if (row === null || 'ended' in row) return expect.fail('no row')
      const opened = context.rows.read(record.id, row)
      return typeof opened === 'string' ? expect.fail(opened) : opened
    }
    const [mine, theirs] = [await opening(first), await opening(second)]
    over.calls.length = 0
    const meanwhile = (act: () => unknown) => {
      const once = over.intercept(['replace', 'touch', 'find'], async (run) => {
        once.stop()
        await act()
        return run()
      })
    }
    return {
      ...first,
      id: record.id,
      mine,
      meanwhile,
      save: createSave(first.context),
      other: (changes: Parameters<ReturnType<typeof createSave>>[1]) =>
        createSave(second.context)(theirs, changes),
    }
  }

  const change = (keys: object) => ({ data: { base: encoded({}), mine: encoded(keys) } })
  const dataOf = ({ data }: OpenedSession) => JSON.parse(Buffer.from(data).toString()) as unknown

  test('that meets the write of another server is merged with it and written again', async () => {
    const { save, mine, other, meanwhile, calls, emit } = await setUp()
    meanwhile(() => other(change({ b: 2 })))
    const saving = await save(mine, change({ a: 1 }))
    if (!saving.saved) return expect.fail(saving.why)
    expect(dataOf(saving.opened)).toEqual({ a: 1, b: 2 })
    expect(calls).toEqual(['replace', 'replace'])
    expect(emit).not.toHaveBeenCalled()
  })

  test('names the keys that both changed, once it has won', async () => {
    const { save, mine, other, meanwhile, emit, id } = await setUp()
    meanwhile(() => other(change({ a: 2 })))
    const saving = await save(mine, change({ a: 1 }))
    expect(saving.saved && dataOf(saving.opened)).toEqual({ a: 1 })
    expect(emit.mock.calls).toEqual([['conflict', { id, keys: ['a'] }]])
  })

  test('that meets an elevation is superseded, and writes nothing (P4)', async () => {
    const { save, mine, other, meanwhile, rows, id } = await setUp()
    meanwhile(() => other({ rotate: {} }))
    expect(await save(mine, change({ a: 1 }))).toEqual({ saved: false, why: 'superseded' })
    expect(Buffer.from(rowOf(rows, id).value).toString()).toMatch(/\{\}$/)
  })

  test('that meets an end has ended', async () => {
    const { save, mine, meanwhile, context, id } = await setUp()
    meanwhile(() => context.backend.remove(id, { at: t0, reason: 'revoked' }))
    expect(await save(mine, change({ a: 1 }))).toEqual({ saved: false, why: 'ended' })
  })

  test('finds its own write behind a later one, and keeps its token to itself if that elevated', async () => {
    const { context, keep, clock, loseReplies } = keyedContext()
    const { record, secret } = freshRecord()
    keep({ record, touchedAt: t0, data: encoded({}) })
    const save = createSave(context)
    const open = () =>
      createOpen(context).open([context.tokenOf(record, { secret, generation: 1 })])
    clock.now += hour
    const mine = await open()
    if (mine.outcome !== 'open') return expect.fail(mine.outcome)
    const elevate = async () => {
      const now = await open()
      if (now.outcome === 'open') await createSave(context)(now.opened, { rotate: {} })
    }
    loseReplies('replace', { times: 1, meanwhile: elevate })
    const saving = await save(mine.opened, change({ a: 1 }))
    expect(saving).toMatchObject({ saved: true, opened: { record: { authority: 0 } } })
    expect(saving).not.toHaveProperty('token')
  })

  test('that only touches leaves it to another that did, and ends with an end', async () => {
    const { save, mine, other, meanwhile, calls, clock, context, id } = await setUp()
    clock.now += minute
    meanwhile(() =>
      context.backend.touch(
        id,
        { touchedAt: t0 + 1, expiresAt: t0 + hour },
        { at: t0 + 1, expected: { version: 'first', touchedAt: t0 } },
      ),
    )
    expect(await save(mine, {})).toEqual({ saved: true, opened: mine })
    expect(calls).toEqual(['touch', 'touch'])
    await other({ rotate: {} })
    meanwhile(() => context.backend.remove(id, { at: t0, reason: 'logout' }))
    expect(await save(mine, {})).toEqual({ saved: false, why: 'ended' })
  })

  test('of a session that is leaving is refused, but for a touch and the mark itself', async () => {
    const { save, mine, calls } = await setUp()
    const saving = await save(mine, { leave: true })
    if (!saving.saved) return expect.fail(saving.why)
    calls.length = 0
    expect(await save(saving.opened, change({ a: 1 }))).toEqual({ saved: false, why: 'ended' })
    expect(await save(saving.opened, { rotate: {} })).toEqual({ saved: false, why: 'ended' })
    expect(await save(saving.opened, { leave: true })).toMatchObject({ saved: true })
    expect(await save(saving.opened, {})).toMatchObject({ saved: true })
    expect(calls).toEqual([])
  })

  test('of a session waits for the one before it', async () => {
    const { save, mine, calls, hold } = await setUp()
    const held = hold('replace')
    const first = save(mine, change({ a: 1 }))
    const second = save(mine, change({ b: 1 }))
    await held.reached
    await new Promise(setImmediate)
    expect(calls).toEqual(['replace'])
    held.release()
    const outcomes = await Promise.all([first, second])
    const data = outcomes.map((outcome) => outcome.saved && dataOf(outcome.opened))
    expect(data).toEqual([{ a: 1 }, { a: 1, b: 1 }])
  })
})

test('a last attempt that began in time has as long as any other, so its write is not called lost', async () => {
  const { visitor, intercept, put } = await signedIn({ storeTimeout: '200ms' })
  const tookMs = [190, 199, 199, 199, 199, 199] // the last begins at 986 of 1,000 ms
  const { session, finish } = await visitor.begin()
  let call = 0
  intercept('replace', async (run) => {
    await vi.advanceTimersByTimeAsync(tookMs[call] ?? 0)
    if (++call < tookMs.length) put({ version: `of another, ${call}` })
    return run()
  })
  session.data['n'] = 2
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  try {
    await finish()
  } finally {
    vi.useRealTimers()
  }
  expect(call).toBe(tookMs.length)
  await visitor.request((after) => expect(after.data['n']).toBe(2))
})
