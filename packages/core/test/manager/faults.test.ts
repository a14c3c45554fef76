import { describe, expect, test, vi } from 'vitest'
import type { SessionBackend } from '../../src/store/backend.ts'
import { browser, counted, managerOver, mapBackend, visit } from '../support.ts'

/** A backend of which one operation does something else, as long as it is switched on. */
function faulty(operation: keyof SessionBackend, act: (...args: never[]) => unknown) {
  const backend = mapBackend()
  const fault = { isOn: false }
  const right = backend[operation] as (...args: never[]) => unknown
  const changed = (...args: never[]) => (fault.isOn ? act(...args) : right(...args))
  return { backend: { ...backend, [operation]: changed } as SessionBackend, right, fault }
}

const hang = () => new Promise(() => undefined)
const refuse = () => Promise.reject(new Error('ECONNREFUSED'))
const fastDeadline = { storeTimeout: '250ms' } as const

/** A visitor with a session, whose store then fails. */
async function troubled(...[operation, act]: Parameters<typeof faulty>) {
  const { backend, fault, right } = faulty(operation, act)
  const made = managerOver(backend, fastDeadline)
  const visitor = browser()
  await visit(made.manager, visitor, async (session) => {
    session.data['n'] = 1
    await session.login('user-1')
  })
  fault.isOn = true
  return { ...made, visitor, fault, right }
}

describe('a store in trouble while reading', () => {
  test.each([
    ['rejects', refuse, 'ERR_STORE_UNAVAILABLE'],
    [
      'throws at once',
      () => {
        throw new Error('not connected')
      },
      'ERR_STORE_UNAVAILABLE',
    ],
    ['hangs', hang, 'ERR_STORE_TIMEOUT'],
    ['answers undefined', async () => undefined, 'ERR_STORE_CONTRACT'],
    ['answers a string', async () => 'row', 'ERR_STORE_CONTRACT'],
    ['answers half a row', async () => ({ version: 'v' }), 'ERR_STORE_CONTRACT'],
  ])(
    '%s: that is an error with a code and a cause, never a new session',
    async (_title, act, code) => {
      const { manager, visitor, fault } = await troubled('find', act)
      const failed = vi.fn()
      manager.on('failed', failed)
      const before = visitor.jar.cookie
      await expect(visit(manager, visitor)).rejects.toMatchObject({ code, status: 503 })
      expect(failed).toHaveBeenCalledTimes(1)
      fault.isOn = false
      const { session } = await visit(manager, visitor)
      expect(session.userId).toBe('user-1')
      expect(visitor.jar.cookie).toBe(before)
    },
  )

  test('keeps the cause', async () => {
    const { manager, visitor } = await troubled('find', refuse)
    await expect(visit(manager, visitor)).rejects.toMatchObject({
      cause: expect.objectContaining({ message: 'ECONNREFUSED' }),
      headers: { 'Retry-After': '1' },
    })
  })

  test('aborts the signal at the deadline', async () => {
    const aborted = vi.fn()
    const { manager, visitor } = await troubled('find', (_id, call: { signal: AbortSignal }) => {
      call.signal.addEventListener('abort', aborted)
      return hang()
    })
    await expect(visit(manager, visitor)).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
    expect(aborted).toHaveBeenCalledTimes(1)
  })
})

describe('a store in trouble while writing', () => {
  test.each([
    ['rejects', refuse, 'ERR_STORE_UNAVAILABLE'],
    ['hangs', hang, 'ERR_STORE_TIMEOUT'],
    ['says ok', async () => 'OK', 'ERR_STORE_CONTRACT'],
    ['says true', async () => true, 'ERR_STORE_CONTRACT'],
  ])('%s: the commit fails, sends no cookie and is not tried again', async (_title, act, code) => {
    const { manager, visitor } = await troubled('replace', act)
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    session.data['n'] = 2
    await expect(manager.commit(session, carrier)).rejects.toMatchObject({ code })
    expect(carrier.setCookies).toEqual([])
    await manager.commit(session, carrier)
    expect(carrier.setCookies).toEqual([])
  })

  test('a commit that waits for one that fails tells of no late change: the response fails already', async () => {
    const { backend, fault } = faulty('replace', refuse)
    const [warn, discarded] = [vi.fn(), vi.fn()]
    const { manager } = managerOver(backend, { warn })
    manager.on('discarded', discarded)
    const visitor = browser()
    await visit(manager, visitor, ({ data }) => Object.assign(data, { n: 1 }))
    fault.isOn = true
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    session.data['n'] = 2
    const failing = manager.commit(session, carrier)
    carrier.leave()
    const [first, second] = await Promise.allSettled([failing, manager.commit(session, carrier)])
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
    expect(warn).not.toHaveBeenCalled()
    expect(discarded).not.toHaveBeenCalled()
  })

  test('names the clause that was broken', async () => {
    const { manager, visitor } = await troubled('replace', async () => 'OK')
    const changing = visit(manager, visitor, (session) => {
      session.data['n'] = 2
    })
    await expect(changing).rejects.toMatchObject({
      detail: expect.stringMatching(/broke its contract in 'replace'.*clause.*conformance/),
    })
  })

  test('when a login cannot end the old session: the login rejects, the new record goes, the old cookie stays good', async () => {
    const { backend, fault } = faulty('remove', refuse)
    const { manager } = managerOver(backend, fastDeadline)
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['cart'] = ['tea']
    })
    fault.isOn = true
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    await expect(session.login('user-1')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    fault.isOn = false
    await manager.commit(session, carrier)
    expect(carrier.setCookies).toEqual([])
    await visit(manager, visitor, (same) => expect(same.data).toEqual({ cart: ['tea'] }))
  })
})

describe('a reply that is lost after the write', () => {
  const loseFirstReply = (operation: keyof SessionBackend) => {
    const backend = mapBackend()
    const right = backend[operation] as (...args: unknown[]) => Promise<unknown>
    const lost = { armed: false, times: 0 }
    const losing = async (...args: unknown[]) => {
      const reply = await right(...args)
      if (!lost.armed) return reply
      lost.armed = false
      lost.times++
      throw new Error('ECONNRESET')
    }
    return { backend: { ...backend, [operation]: losing } as SessionBackend, lost }
  }

  test('of an update: sent again, applied once', async () => {
    const { backend, lost } = loseFirstReply('replace')
    const { manager } = managerOver(backend)
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['n'] = 0
    })
    lost.armed = true
    await visit(manager, visitor, (session) =>
      session.update((data) => {
        data['n'] = Number(data['n']) + 1
      }),
    )
    expect(lost.times).toBe(1)
    await visit(manager, visitor, (session) => expect(session.data['n']).toBe(1))
  })

  test('of a creation: one session, its cookie good', async () => {
    const { backend, lost } = loseFirstReply('insert')
    const { manager } = managerOver(backend)
    const visitor = browser()
    lost.armed = true
    await visit(manager, visitor, (session) => session.login('user-1'))
    expect(await manager.sessions('user-1')).toHaveLength(1)
    await visit(manager, visitor, (session) => expect(session.userId).toBe('user-1'))
  })

  test('of a logout: ended, and the cookie is cleared', async () => {
    const { backend, lost } = loseFirstReply('remove')
    const { manager } = managerOver(backend)
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    lost.armed = true
    await visit(manager, visitor, (session) => session.destroy())
    expect(lost.times).toBe(1)
    expect(visitor.jar.cookie).toBeUndefined()
  })
})

describe('data', () => {
  test('that cannot be encoded fails the commit, names its path and loses nothing', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend)
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['n'] = 1
    })
    calls.length = 0
    const wrong = visit(manager, visitor, (session) => {
      session.data['cart'] = [{ total: () => 1 }]
    })
    await expect(wrong).rejects.toMatchObject({
      code: 'ERR_SESSION_NOT_ENCODABLE',
      message: expect.stringContaining('data.cart[0].total is a function'),
    })
    expect(calls).toEqual(['find'])
    await visit(manager, visitor, (session) => expect(session.data).toEqual({ n: 1 }))
  })

  test('too large is refused before any I/O, with its size and the bound', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend, { maxDataBytes: 100 })
    const visitor = browser()
    const large = (session: { data: Record<string, unknown> }) => {
      session.data['text'] = 'x'.repeat(100)
    }
    await expect(visit(manager, visitor, large)).rejects.toThrow(
      /takes 111 bytes, above maxDataBytes \(100\)/,
    )
    expect(calls).toEqual([])
    await visit(manager, visitor, (session) => {
      session.data['n'] = 1
    })
    calls.length = 0
    await expect(visit(manager, visitor, large)).rejects.toMatchObject({
      code: 'ERR_SESSION_TOO_LARGE',
    })
    expect(calls).toEqual(['find'])
    await visit(manager, visitor, (session) => expect(session.data).toEqual({ n: 1 }))
  })

  test('set as something else than a plain object is refused', async () => {
    const { manager } = managerOver(mapBackend())
    for (const wrong of [null, 1, 'x', [], new Map(), new Date()])
      await visit(manager, browser(), (session) => {
        expect(() => {
          session.data = wrong as never
        }).toThrow(/must be a plain object/)
      })
  })

  test.each([
    [
      '__proto__ by assignment',
      (data: object) => Reflect.set(data, '__proto__', { isAdmin: true }),
    ],
    [
      '__proto__ by definition',
      (data: object) =>
        Object.defineProperty(data, '__proto__', { value: { isAdmin: true }, enumerable: true }),
    ],
  ])('with %s is refused and pollutes nothing', async (_title, poison) => {
    const { manager } = managerOver(mapBackend())
    const visiting = visit(manager, browser(), (session) => void poison(session.data))
    await expect(visiting).rejects.toMatchObject({ code: 'ERR_SESSION_NOT_ENCODABLE' })
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })
})

describe('a record that cannot be read', () => {
  const nan = new Uint8Array(8).fill(0xff)
  const wrong: [string, (value: Uint8Array) => Uint8Array][] = [
    ['empty', () => new Uint8Array()],
    ['cut off', (value) => value.slice(0, value.length / 2)],
    ['of another format', (value) => Uint8Array.of(9, ...value.slice(1))],
    [
      'of an unknown codec',
      (value) =>
        Buffer.from(Buffer.from(value).toString('latin1').replace('json', 'xson'), 'latin1'),
    ],
    [
      'with data that is a list',
      (value) =>
        Buffer.from(Buffer.from(value).toString('latin1').replace('{"n":1}', '[1,2,3]'), 'latin1'),
    ],
    [
      'with poisoned data',
      (value) => Buffer.concat([value.slice(0, -7), Buffer.from('{"__proto__":{"isAdmin":true}}')]),
    ],
    [
      'with times that are no numbers',
      (value) => Buffer.concat([value.slice(0, 7), Uint8Array.of(0), nan, value.slice(13)]),
    ],
  ]
  test.each(wrong)('%s is no session, is told of, and stays in place', async (_title, spoil) => {
    const backend = mapBackend()
    const { manager } = managerOver(backend)
    const corrupt = vi.fn()
    manager.on('corrupt', corrupt)
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = browser()
    const { session } = await visit(manager, visitor, (session) => {
      session.data['n'] = 1
    })
    const row = backend.rows.get(session.id)
    if (!row || !('value' in row)) return expect.fail('no row')
    backend.rows.set(session.id, { ...row, value: spoil(row.value) })
    await visit(manager, visitor, (next) => {
      expect(next.isNew).toBe(true)
      expect(next.data).toEqual({})
      expect(next.data['isAdmin']).toBeUndefined()
    })
    expect(corrupt).toHaveBeenCalledTimes(1)
    expect(discarded).toHaveBeenCalledWith({ what: 'token', why: 'corrupt', id: session.id })
    expect(backend.rows.has(session.id)).toBe(true)
  })
})
