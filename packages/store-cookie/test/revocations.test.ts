import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import type { Awaitable, Row, SessionBackend } from '@sojourn/core/store'
import { describe, expect, test } from 'vitest'
import { day, makeScene, minute, request, t0 } from './support.ts'

type Scene = ReturnType<typeof revocable>

/** A scene with revocations, of which a test sees the rows and breaks the operations. */
function revocable(broken: Partial<SessionBackend> = {}, entries: Entries = new Map()) {
  const backend = { ...referenceBackend({ entries }), ...broken }
  return { ...makeScene({ revocations: backend }), entries, backend }
}

async function signIn({ manager }: Scene, options = {}) {
  const { cookie, session } = await request(manager, undefined, (each) =>
    each.login('ann', options),
  )
  return { cookie, id: session.id }
}

function rowOf({ entries }: Scene, id: string): Row {
  const row = entries.get(id)
  if (row && 'value' in row) return row
  throw new Error(`There is no row of ${id}`)
}

const isEpochRow = (id: string) => id.startsWith('revoke-everybody.')

const look = async ({ manager }: Scene, cookie: string | undefined) => {
  const { session } = await request(manager, cookie)
  return session.userId ?? session.ended
}

describe('a mark of an end', () => {
  test('stands until the absolute limit of the session, long after a tombstone would have gone', async () => {
    const scene = revocable()
    const { cookie, id } = await signIn(scene, { maxAge: '20d' })
    await request(scene.manager, cookie, (session) => session.destroy())
    expect(rowOf(scene, id).expiresAt).toBeGreaterThanOrEqual(t0 + 30 * day)
    for (const later of [minute, day, 19 * day]) {
      scene.clock.now = t0 + later
      expect(await look(scene, cookie)).toBe('logout')
    }
  })

  test('by a request from before a re-authentication stands until the later limit', async () => {
    const scene = revocable()
    const { cookie, id } = await signIn(scene, { absoluteTimeout: '2d' })
    let again: string | undefined
    await request(scene.manager, cookie, async (slow) => {
      const limits = { absoluteTimeout: '300d', maxAge: '200d' } as const
      again = (await request(scene.manager, cookie, (each) => each.login('ann', limits))).cookie
      expect([await look(scene, again), await look(scene, cookie)]).toEqual(['ann', 'stale'])
      await slow.destroy()
    })
    expect(rowOf(scene, id).expiresAt).toBeGreaterThanOrEqual(t0 + 300 * day)
    scene.clock.now += 199 * day
    expect(await look(scene, again)).toBe('logout')
  })

  test('stands to the last ms of the session, also in a database whose clock is most of a minute ahead', async () => {
    const entries: Entries = new Map()
    const { find } = referenceBackend({ entries })
    const ahead: SessionBackend['find'] = (id, call) => find(id, { ...call, at: call.at + 59_000 })
    const scene = revocable({ find: ahead }, entries)
    const { cookie } = await signIn(scene, { maxAge: '1h', absoluteTimeout: '1h' })
    await request(scene.manager, cookie, (session) => session.destroy())
    scene.clock.now += 60 * minute - 1
    expect(await look(scene, cookie)).toBe('logout')
  })

  test('by an id that is made up or of another namespace stores nothing, and is false', async () => {
    const entries: Entries = new Map()
    const scene = revocable({}, entries)
    const config = { namespace: 'other' }
    const elsewhere = await request(makeScene({ config }).manager, undefined, (session) =>
      session.login('ann'),
    )
    const { id } = await signIn(scene)
    const madeUp = `${id.slice(0, 17)}${'A'.repeat(22)}`
    for (const each of [elsewhere.session.id, madeUp, ''])
      for (const options of [{}, { userId: 'user-1' }])
        expect(await scene.manager.revoke(each, options)).toBe(false)
    expect(await scene.manager.revoke(id, { userId: 'somebody else' })).toBe(false)
    expect(entries.size).toBe(0)
  })

  test('by id alone stands as long as any token can open', async () => {
    const scene = revocable()
    const { cookie, id } = await signIn(scene, { absoluteTimeout: '2000d', maxAge: '1900d' })
    expect(await scene.manager.revoke(id)).toBe(true)
    expect(await scene.manager.revoke(id)).toBe(false)
    expect(rowOf(scene, id).expiresAt).toBeGreaterThan(t0 + 400 * day)
    scene.clock.now += 400 * day - 1
    expect(await look(scene, cookie)).toBe('revoked')
    scene.clock.now += 2 * day
    expect(await look(scene, cookie)).toBe(undefined)
  })
})

test('a row holds an id, and a number or a reason; nothing secret', async () => {
  const scene = revocable()
  const { cookie, id } = await signIn(scene)
  const { cookie: rotated } = await request(scene.manager, cookie, (session) => session.rotate())
  expect(Buffer.from(rowOf(scene, id).value).toString()).toBe('{"authority":1}')
  await request(scene.manager, rotated, (session) => session.destroy())
  expect(Buffer.from(rowOf(scene, id).value).toString()).toBe('{"ended":"logout"}')
})

test('a read is one find, a change one more, and a session that nobody ended leaves no row', async () => {
  const calls: string[] = []
  const inner = referenceBackend()
  const scene = revocable({
    find: (id, call) => {
      calls.push(isEpochRow(id) ? 'find epochs' : 'find')
      return inner.find(id, call)
    },
  })
  const { cookie } = await signIn(scene)
  expect(calls.splice(0)).toEqual(['find epochs']) // once a second
  await request(scene.manager, cookie)
  await request(scene.manager, cookie, ({ data }) => (data['n'] = 1))
  expect([calls, scene.entries.size]).toEqual([['find', 'find', 'find'], 0])
})

test('of parallel elevations one wins, the others are superseded, and one token is good', async () => {
  for (let round = 0; round < 50; round++) {
    const scene = revocable()
    const { cookie } = await signIn(scene)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        request(scene.manager, cookie, (session) => session.rotate()),
      ),
    )
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(won).toHaveLength(1)
    for (const { reason } of lost) expect(reason).toMatchObject({ code: 'ERR_SESSION_SUPERSEDED' })
    expect(await look(scene, won[0]?.value.cookie)).toBe('ann')
    expect(await look(scene, cookie)).toBe('stale')
  }
})

test('a request that only reads while another elevates neither fails nor sends a cookie, though a touch is due', async () => {
  const scene = revocable()
  const { cookie } = await signIn(scene)
  scene.clock.now += minute
  const reading = await request(scene.manager, cookie, async () => {
    await request(scene.manager, cookie, (session) => session.rotate())
  })
  expect([reading.session.userId, reading.setCookies]).toEqual(['ann', []])
})

test('a logout wins against parallel elevations, whichever comes first', async () => {
  for (let round = 0; round < 50; round++) {
    const scene = revocable()
    const { cookie } = await signIn(scene)
    const [first, ...others] = await Promise.all([
      request(scene.manager, cookie, (session) => session.rotate()),
      request(scene.manager, cookie, (session) => session.destroy()),
    ])
    expect(await look(scene, first.cookie)).toBe('logout')
    expect(await look(scene, others[0]?.cookie)).not.toBe('ann')
  }
})

describe.each(['insert', 'replace'] as const)('when the reply to %s is lost', (operation) => {
  /** The first such write is applied, and then the connection breaks. */
  function lossy() {
    const inner = referenceBackend()
    let isArmed = true
    const lose = async <Result>(done: Awaitable<Result>): Promise<Result> => {
      const result = await done
      if (!isArmed) return result
      isArmed = false
      throw new Error('ECONNRESET')
    }
    const broken: Partial<SessionBackend> =
      operation === 'insert'
        ? { insert: (id, row, call) => lose(inner.insert(id, row, call)) }
        : { replace: (id, row, call) => lose(inner.replace(id, row, call)) }
    return revocable({ ...inner, ...broken })
  }

  test('an elevation is applied once, and its token is good', async () => {
    const scene = lossy()
    const { cookie } = await signIn(scene)
    const one = await request(scene.manager, cookie, (session) => session.rotate())
    const two = await request(scene.manager, one.cookie, (session) => session.rotate())
    expect([await look(scene, two.cookie), await look(scene, one.cookie)]).toEqual(['ann', 'stale'])
  })

  test('a logout has happened, and clears the cookie', async () => {
    const scene = lossy()
    const { cookie } = await signIn(scene)
    const one = await request(scene.manager, cookie, (session) => session.rotate())
    const out = await request(scene.manager, one.cookie, (session) => session.destroy())
    expect(out.setCookies[0]).toMatch(/Max-Age=0/)
    expect(await look(scene, one.cookie)).toBe('logout')
  })
})

describe('trouble', () => {
  const down = () => Promise.reject(new Error('ECONNREFUSED'))
  const unavailable = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }

  test('while reading is an error, never "not revoked"', async () => {
    const entries: Entries = new Map()
    const { cookie } = await signIn(revocable({}, entries))
    await expect(look(revocable({ find: down }, entries), cookie)).rejects.toMatchObject(
      unavailable,
    )
  })

  test('while elevating is an error, and the old token is still good', async () => {
    const entries: Entries = new Map()
    const scene = revocable({}, entries)
    const { cookie } = await signIn(scene)
    const failing = request(revocable({ insert: down }, entries).manager, cookie, (session) =>
      session.rotate(),
    )
    await expect(failing).rejects.toMatchObject(unavailable)
    expect(await look(scene, cookie)).toBe('ann')
  })

  test('of a slow backend ends at the deadline', async () => {
    const inner = referenceBackend()
    const find: SessionBackend['find'] = (id, call) =>
      isEpochRow(id) ? inner.find(id, call) : new Promise(() => {})
    const backend = { ...inner, find }
    const scene = makeScene({ revocations: backend, config: { storeTimeout: 20 } })
    const { cookie } = await request(scene.manager, undefined, (session) => session.login('ann'))
    await expect(request(scene.manager, cookie)).rejects.toMatchObject({
      code: 'ERR_STORE_TIMEOUT',
    })
  })

  test.each([
    '{"authority":"many"}',
    '{"ended":"a whim"}',
    '{"authority":1,"leaving":0}',
    '{}',
    'null',
    '\u0001',
    '[1]',
  ])(
    'a row that is no revocation, %j, breaks the contract and revokes nobody by guess',
    async (text) => {
      const scene = revocable()
      const { cookie, id } = await signIn(scene)
      await request(scene.manager, cookie, (session) => session.rotate())
      scene.entries.set(id, { ...rowOf(scene, id), value: Buffer.from(text) })
      await expect(look(scene, cookie)).rejects.toMatchObject({ code: 'ERR_STORE_CONTRACT' })
    },
  )

  test('of a backend that makes conflicts up ends with an error', async () => {
    const scene = revocable({
      replace: async (_id, row) => {
        const value = Buffer.from('{"authority":1}')
        return { conflict: { ...row, value, version: 'of somebody else' } }
      },
    })
    const { cookie } = await signIn(scene)
    const one = await request(scene.manager, cookie, (session) => session.rotate())
    const failing = request(scene.manager, one.cookie, (session) => session.destroy())
    await expect(failing).rejects.toMatchObject({ code: 'ERR_SESSION_CONFLICT' })
  })
})

test('a session that was revoked before it was kept is not created', async () => {
  const scene = revocable()
  const { session, setCookies } = await request(scene.manager, undefined, async (each) => {
    await scene.manager.revoke(each.id)
    each.data['n'] = 1
  })
  expect([session.ended, setCookies]).toEqual(['gone', []])
})

test('ping and close are those of the backend', async () => {
  const asked: string[] = []
  const scene = revocable({
    ping: async () => void asked.push('ping'),
    close: async () => void asked.push('close'),
  })
  await scene.manager.ping()
  await scene.manager.close()
  expect(asked).toEqual(['ping', 'close'])
  const alone = makeScene()
  await alone.manager.ping()
  await alone.manager.close()
})
