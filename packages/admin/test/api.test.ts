import { createTestCarrier } from '@sojourn/core/testing'
import { describe, expect, test, vi } from 'vitest'
import type { AdminAction } from '../src/index.ts'
import { linesOf, origin, testPage } from './support.ts'

describe('numbers', () => {
  test('come with progress, and what is counted by', async () => {
    const { get, logIn } = testPage({ by: { role: ({ data }) => data.role } })
    await logIn('ada', { role: 'admin' })
    await logIn('bob', { role: 'customer' })
    const lines = await linesOf(await get('?api=stats'))
    expect(lines[0]).toEqual({ progress: { scanned: 0 } })
    expect(lines.at(-1)).toMatchObject({
      stats: {
        sessions: 2,
        users: 2,
        by: { role: { counts: { admin: 1, customer: 1 } } },
        activity: { createdPerMinute: 2 },
      },
    })
  })

  test('are the last ones at once, unless they are asked for anew', async () => {
    const { get, logIn } = testPage()
    await get('?api=stats').then(linesOf)
    await logIn('ada')
    const sessionsOf = async (query: string) => (await linesOf(await get(query))).at(-1)
    expect(await sessionsOf('?api=stats')).toMatchObject({ stats: { sessions: 0 } })
    await new Promise((resolve) => setTimeout(resolve, 2)) // fresh is a millisecond
    expect(await sessionsOf('?api=stats&fresh')).toMatchObject({ stats: { sessions: 1 } })
  })

  test('that cannot be had are an error in the last line, without its message', async () => {
    const failing = testPage({
      by: {
        role: () => {
          throw new TypeError('a secret of the application')
        },
      },
    })
    await failing.logIn('ada')
    const lines = await linesOf(await failing.get('?api=stats'))
    expect(lines.at(-1)).toEqual({ error: 'Something failed on the server; its log says more.' })
    expect(failing.errors).toHaveLength(1)
  })
})

describe('a search', () => {
  test('through all sessions finds a part of a user, an id or a device', async () => {
    const { get, logIn } = testPage()
    const ada = await logIn('ada@example.org', {}, { device: 'Safari on iPhone' })
    const bob = await logIn('bob@example.org', {}, { device: 'Chrome on Windows' })
    const found = async (text: string, more = '') =>
      (await linesOf(await get(`?api=scan&text=${encodeURIComponent(text)}${more}`)))
        .flatMap(({ found }) => (found ? [(found as { id: string }).id] : []))
        .sort()
    expect(await found('')).toEqual([ada, bob].sort())
    expect(await found('ADA@')).toEqual([ada])
    expect(await found('windows')).toEqual([bob])
    expect(await found(bob.slice(3, 20))).toEqual([bob])
    expect(await found('nobody')).toEqual([])
    expect(await found('', '&limit=1')).toHaveLength(1)
    expect(await found('', '&limit=-5')).toHaveLength(2)
  })

  test('says how far it came, and stops when nobody reads it', async () => {
    const { get, logIn, manager } = testPage()
    for (let n = 0; n < 5; n++) await logIn(`user-${n}`)
    expect((await linesOf(await get('?api=scan&text=x'))).at(-1)).toEqual({
      done: { scanned: 5, unreadable: 0, hasMore: false },
    })
    expect((await linesOf(await get('?api=scan&limit=2'))).at(-1)).toEqual({
      done: { scanned: 2, unreadable: 0, hasMore: true },
    })
    const left = vi.fn()
    manager.scan = () => ({
      unreadable: 0,
      async *[Symbol.asyncIterator]() {
        try {
          for (;;) yield { id: 'an id', userId: 'ada', client: {} } as never
        } finally {
          left()
        }
      },
    })
    const reader = (await get('?api=scan&text=&limit=500')).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    expect(left).toHaveBeenCalledOnce()
  })

  test('ends with the request, although it has found nothing yet', async () => {
    const { get, manager, errors } = testPage()
    const ended: unknown[] = []
    const until = (signal?: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => {
          ended.push('scan')
          reject(signal.reason)
        })
      })
    manager.scan = ({ signal } = {}) => ({
      unreadable: 0,
      // biome-ignore lint/correctness/useYield: it finds nothing
      async *[Symbol.asyncIterator]() {
        await until(signal)
      },
    })
    manager.stats = () => new Promise(() => undefined)
    for (const query of ['?api=scan&text=x', '?api=stats']) {
      const reader = (await get(query)).body?.getReader()
      const read = reader?.read()
      await new Promise(setImmediate)
      await reader?.cancel()
      expect(await read).toMatchObject({ done: true })
    }
    expect(ended).toEqual(['scan'])
    expect(errors).toEqual([])
  })

  test('of one user is a look-up', async () => {
    const { get, logIn, errors } = testPage()
    const id = await logIn('ada')
    expect(await (await get('?api=user&user=ada')).json()).toMatchObject({
      sessions: [{ id, userId: 'ada' }],
    })
    expect(await (await get('?api=user&user=bob')).json()).toEqual({ sessions: [] })
    for (const query of ['?api=user', '?api=user&user=', `?api=user&user=${'x'.repeat(1_025)}`])
      expect((await get(query)).status).toBe(400)
    expect(errors).toEqual([])
  })
})

describe('the details of a session', () => {
  const data = { role: 'admin', note: 'a private note' }

  test('have no data unless that is allowed', async () => {
    const { get, logIn } = testPage()
    const id = await logIn('ada', data)
    const text = await (await get(`?api=session&id=${id}`)).text()
    expect(JSON.parse(text)).toMatchObject({ session: { id, userId: 'ada' } })
    expect(text).not.toContain('private')
  })

  test('have all of it, or what a function shows, and that is an action', async () => {
    const actions: AdminAction[] = []
    const audit = (action: AdminAction) => void actions.push(action)
    const all = testPage({ showData: true, audit })
    const id = await all.logIn('ada', { ...data, big: new Map([[1n, new Uint8Array(3)]]) })
    const { data: shown } = await (await all.get(`?api=session&id=${id}`)).json()
    expect(JSON.parse(shown)).toEqual({ ...data, big: [['1n', '3 bytes']] })
    expect(actions).toEqual([{ operator: 'Olga', action: 'view-data', id }])
    const some = testPage({ showData: ({ data, userId }) => ({ role: data.role, userId }) })
    const other = await some.logIn('ada', data)
    const reply = await (await some.get(`?api=session&id=${other}`)).json()
    expect(JSON.parse(reply.data)).toEqual({ role: 'admin', userId: 'ada' })
  })

  test('are not there for a session that is over, or an id that is made up', async () => {
    const { get, logIn, manager } = testPage()
    const id = await logIn('ada')
    await manager.revoke(id)
    for (const wrong of [id, 'made-up', '../..', '%00', 'a'.repeat(5_000)])
      expect((await get(`?api=session&id=${wrong}`)).status).toBe(404)
    expect((await get('?api=session')).status).toBe(400)
  })
})

describe('an operator', () => {
  test('ends a session, a user, everybody; and audit hears of each', async () => {
    const audit = vi.fn()
    const { post, logIn, manager } = testPage({ audit })
    const [id] = [await logIn('ada'), await logIn('ada'), await logIn('bob')]
    expect(await (await post('?api=revoke', { id })).json()).toEqual({ wasAlive: true })
    expect(await (await post('?api=revoke', { id })).json()).toEqual({ wasAlive: false })
    await logIn('ada')
    expect(await (await post('?api=revoke-user', { userId: 'ada' })).json()).toEqual({ ended: 2 })
    expect(await manager.sessions('bob')).toHaveLength(1)
    const everybody = await post('?api=revoke-everybody', { confirm: 'end all sessions' })
    expect(everybody.status).toBe(200)
    expect(await manager.sessions('bob')).toEqual([])
    expect(audit.mock.calls.flat()).toEqual([
      { operator: 'Olga', action: 'revoke', id, wasAlive: true },
      { operator: 'Olga', action: 'revoke', id, wasAlive: false },
      { operator: 'Olga', action: 'revoke-user', userId: 'ada', ended: 2 },
      { operator: 'Olga', action: 'revoke-everybody' },
    ])
  })

  test('ends nothing by a request that is not complete', async () => {
    const { post, handle, logIn, manager } = testPage()
    const id = await logIn('ada')
    for (const [query, body] of [
      ['?api=revoke', {}],
      ['?api=revoke', { id: [id] }],
      ['?api=revoke', null],
      ['?api=revoke-user', { userId: '' }],
      ['?api=revoke-user', { user: 'ada' }],
      ['?api=revoke-everybody', {}],
      ['?api=revoke-everybody', { confirm: true }],
      ['?api=revoke-user', { userId: 'ada', padding: 'x'.repeat(20_000) }],
    ] as const)
      expect((await post(query, body)).status, query).toBe(400)
    for (const name of ['constructor', '__proto__', 'toString'])
      expect((await post(`?api=${name}`, {})).status).toBe(404)
    const form = new Request(`${origin}/?api=revoke-user`, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' },
      body: JSON.stringify({ userId: 'ada' }),
    })
    expect((await handle(form)).status).toBe(400)
    expect(await manager.sessions('ada')).toHaveLength(1)
  })

  test('gets what was done although audit fails', async () => {
    const { post, logIn, errors } = testPage({
      audit: () => Promise.reject(new Error('disk full')),
    })
    const id = await logIn('ada')
    expect(await (await post('?api=revoke', { id })).json()).toEqual({ wasAlive: true })
    expect(errors).toHaveLength(1)
  })
})

test('an id, as the page shows it, opens nothing', async () => {
  const { get, logIn, manager } = testPage({ showData: true })
  const id = await logIn('ada', { role: 'admin' })
  const shown = [
    await (await get(`?api=session&id=${id}`)).text(),
    await (await get('?api=scan')).text(),
    await (await get('?api=user&user=ada')).text(),
  ].join('\n')
  const words = new Set(shown.match(/[\w.-]{8,}/g))
  expect(words).toContain(id)
  for (const word of words) {
    const carrier = createTestCarrier({ cookie: `${manager.cookieName}=${word}` })
    expect((await manager.load(carrier)).userId).toBeUndefined()
  }
})
