import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { controlledBackend } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type Session,
  type SessionEvents,
  SessionStoreError,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireSession, sessions, type WithSession } from '@sojourn/web'
import { describe, expect, test, vi } from 'vitest'

interface Data {
  n?: number
}

const secret = randomBytes(32)
const url = 'http://localhost/'

/** Returns a manager, its middleware, warnings and `discarded` events, and the control of its backend. */
function stage(options: Partial<ConfigOptions> = {}) {
  const control = controlledBackend()
  const warn = vi.fn()
  const store = keyedStore(control.backend)
  const manager = createSessionManager<Data>(devConfig(secret, { store, warn, ...options }))
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  return { manager, control, discarded, warn, withSession: sessions(manager) }
}

const change = ({ data }: Session<Data>) => {
  data.n = (data.n ?? 0) + 1
}
const cookies = ({ headers }: Response) => headers.getSetCookie().map((line) => line.split('=')[0])

/** Logs ann in, and returns her cookie. */
async function signedIn(withSession: WithSession<Data>): Promise<string> {
  const answer = await withSession(new Request(url), async (session) => {
    await session.login('ann')
    return new Response('fine')
  })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

describe('a response', () => {
  test('whose headers are immutable gets the cookie on a copy', async () => {
    const { withSession } = stage()
    const answer = await withSession(new Request(url), (session) => {
      change(session)
      return Response.redirect('http://localhost/next', 303)
    })
    expect([answer.status, answer.headers.get('location'), cookies(answer)]).toEqual([
      303,
      'http://localhost/next',
      ['sid'],
    ])
  })

  test('that a handler gives to every request carries the cookie of one to no other', async () => {
    const { withSession } = stage()
    const shared = new Response(null, { status: 404 })
    const first = await withSession(new Request(url), (session) => {
      change(session)
      return shared
    })
    const second = await withSession(new Request(url), () => shared)
    expect([cookies(first), cookies(second), cookies(shared)]).toEqual([['sid'], [], []])
  })

  test('is handed on as it is where nothing must be said', async () => {
    const { withSession } = stage()
    const response = new Response('hello')
    expect(await withSession(new Request(url), () => response)).toBe(response)
  })

  test('that is thrown is an answer like one that is returned', async () => {
    const { withSession, control } = stage()
    const answer = await withSession(new Request(url), (session) => {
      change(session)
      throw new Response(null, { status: 302, headers: { Location: '/next' } })
    })
    expect([answer.status, cookies(answer), control.calls]).toEqual([302, ['sid'], ['insert']])
  })

  test('that takes no headers, like an upgrade, is left alone, and a change of the session is told of', async () => {
    const { withSession, discarded, control } = stage()
    const upgrade = Object.defineProperty(new Response(null), 'status', { value: 101 })
    const answer = await withSession(new Request(url), (session) => {
      change(session)
      return upgrade
    })
    expect(answer).toBe(upgrade)
    expect([discarded.map(({ why }) => why), control.calls]).toEqual([['late'], []])
  })

  test('that is being committed takes no login any more, whose cookie it would lose', async () => {
    const { manager, withSession } = stage()
    const logins: Promise<unknown>[] = []
    manager.on('created', () => logins.push(late.login('ann').catch((error) => error.code)))
    let late = await manager.read({})
    await withSession(new Request(url), (session) => {
      change(session)
      late = session
      return new Response('fine')
    })
    expect(await Promise.all(logins)).toEqual(['ERR_SESSION_LATE'])
  })

  test('streams on, and what its stream changes is not kept, and told of', async () => {
    const { withSession, discarded, control, warn } = stage()
    const answer = await withSession(new Request(url), (session) => {
      return new Response(
        new ReadableStream({
          async pull(controller) {
            await turn()
            change(session)
            controller.enqueue(new TextEncoder().encode('hello'))
            controller.close()
          },
        }),
      )
    })
    expect(await answer.text()).toBe('hello')
    expect([discarded.map(({ why }) => why), control.calls]).toEqual([['late'], []])
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('update(fn)'))
  })
})

describe('trouble', () => {
  test('of the store is 503 with Retry-After by default, and frees the body of the handler', async () => {
    const { withSession, control } = stage()
    const cancelled = vi.fn()
    control.fail()
    const answer = await withSession(new Request(url), (session) => {
      change(session)
      return new Response(new ReadableStream({ cancel: cancelled }))
    })
    expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([
      503,
      '1',
      'Service Unavailable',
    ])
    expect(cancelled).toHaveBeenCalledTimes(1)
  })

  test('goes to onError, once, with the request', async () => {
    const { manager, control } = stage()
    const onError = vi.fn(() => new Response('sorry', { status: 503 }))
    const request = new Request(url)
    control.fail()
    const answer = await sessions(manager, { onError })(request, (session) => {
      change(session)
      throw new Error('mine')
    })
    expect([answer.status, cookies(answer)]).toEqual([503, []])
    expect(onError.mock.calls).toEqual([
      [expect.objectContaining({ message: 'mine' }), request],
      [expect.any(SessionStoreError), request],
    ])
  })

  test.each([
    ['an Error', new Error('mine')],
    ['undefined', undefined],
    ['a string', 'mine'],
  ])(
    'of the application, %s, is thrown on: a saved session keeps its changes, and a new one is not created',
    async (_, mine) => {
      const { manager, withSession, discarded, control, warn } = stage()
      const throwing = (cookie = '') =>
        withSession(new Request(url, { headers: { cookie } }), (session) => {
          change(session)
          throw mine
        })
      await expect(throwing()).rejects.toBe(mine)
      expect([discarded.map(({ why }) => why), control.calls]).toEqual([['cookieless'], []])
      expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('onError'))
      const cookie = await signedIn(withSession)
      await expect(throwing(cookie)).rejects.toBe(mine)
      expect((await manager.read({ cookie })).data).toEqual({ n: 1 })
    },
  )

  test('of the application after a login or a rotate() loses the cookie, and an event tells', async () => {
    const { manager, withSession, discarded } = stage()
    const throwing = (act: (session: Session<Data>) => unknown, cookie = '') =>
      withSession(new Request(url, { headers: { cookie } }), async (session) => {
        await act(session)
        throw new Error('mine')
      }).catch(() => discarded.splice(0).map(({ what, why }) => [what, why]))
    expect(await throwing((session) => session.login('ann'))).toEqual([['token', 'cookieless']])
    const cookie = await signedIn(withSession)
    const rotated = await throwing((session) => {
      change(session)
      session.rotate()
    }, cookie)
    expect(rotated).toEqual([['changes', 'cookieless']])
    expect(await manager.read({ cookie })).toMatchObject({ userId: 'ann', data: {} })
  })

  test('of the store after a throw is 503, not what was thrown: a redirect may be thrown too', async () => {
    const { withSession, control } = stage()
    const cookie = await signedIn(withSession)
    control.fail('replace')
    const answer = await withSession(new Request(url, { headers: { cookie } }), (session) => {
      change(session)
      throw new Error('NEXT_REDIRECT')
    })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  })

  test('an error that onError answers keeps what was changed before it', async () => {
    const { manager, control } = stage()
    const withSession = sessions(manager, { onError: () => new Response('oh', { status: 500 }) })
    const answer = await withSession(new Request(url), (session) => {
      change(session)
      throw new Error('mine')
    })
    expect([answer.status, cookies(answer), control.calls]).toEqual([500, ['sid'], ['insert']])
  })

  test('an onError that fails itself is asked once, and its error is thrown on', async () => {
    const { manager, control } = stage()
    const onError = vi.fn(() => Promise.reject(new Error('worse')))
    control.fail()
    const answering = sessions(manager, { onError })(new Request(url), (session) => {
      change(session)
      return new Response('mine')
    })
    await expect(answering).rejects.toThrow('worse')
    expect(onError).toHaveBeenCalledTimes(1)
  })

  test('of one manager leaves the cookie of another on the answer, which no cache may keep', async () => {
    const { withSession, control } = stage()
    const admin = stage({ cookieName: 'admin' })
    const request = new Request(url)
    control.fail()
    const answer = await admin.withSession(request, async (adminSession) => {
      await adminSession.login('ann')
      return withSession(request, (session) => {
        change(session)
        return new Response('mine')
      })
    })
    expect([answer.status, cookies(answer), answer.headers.get('cache-control')]).toEqual([
      503,
      ['admin'],
      'private, no-cache',
    ])
  })
})

describe('the default error handler', () => {
  const crossSite = () =>
    new Request(url, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })
  const refuse = async (request: Request, session: Session<Data>) => {
    await csrf()(request, session)
    return new Response('fine')
  }
  const store = { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED redis.internal:6379' }

  test('names nothing of a refusal to the client, and in development all of it to the developer, once', async () => {
    const { withSession, warn } = stage()
    for (const _ of [1, 2]) {
      const request = crossSite()
      const answer = await withSession(request, (session) => refuse(request, session))
      expect([answer.status, await answer.text()]).toEqual([403, 'Forbidden'])
      expect(answer.headers.get('vary')).toContain('Sec-Fetch-Site')
    }
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/403 ERR_CSRF_REFUSED: .*cross-site/),
      expect.any(Error),
    )
  })

  test('logs the store in production, once, and no refusal, which anybody can cause', async () => {
    const { withSession, control, warn } = stage({ development: false })
    const request = crossSite()
    await withSession(request, (session) => refuse(request, session))
    await withSession(new Request(url), (session) => {
      requireSession()(request, session)
      return new Response('fine')
    })
    expect(warn).not.toHaveBeenCalled()
    control.fail('insert', { error: Object.assign(new Error(store.message), store) })
    for (const _ of [1, 2]) {
      const answer = await withSession(new Request(url), (session) => {
        change(session)
        return new Response('fine')
      })
      expect(await answer.text()).toBe('Service Unavailable')
    }
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('503 ERR_STORE_UNAVAILABLE: '),
      expect.objectContaining({ cause: expect.objectContaining(store) }),
    )
  })

  test('responds to a mistake of the developer with 500, and logs it', async () => {
    const { withSession, warn } = stage({ development: false })
    const answer = await withSession(new Request(url), (session) => {
      Object.assign(session.data, { f: () => 1 })
      return new Response('fine')
    })
    expect([answer.status, await answer.text()]).toEqual([500, 'Internal Server Error'])
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringContaining('500 ERR_SESSION_NOT_ENCODABLE: '),
      expect.any(Error),
    )
  })
})

describe('what decides', () => {
  const secure = { secure: true, cookieName: '__Host-sid' }
  const answerOf = (request: Request, isSecure?: (request: Request) => boolean) =>
    sessions(stage(secure).manager, isSecure ? { isSecure } : {})(request, (session) => {
      change(session)
      return new Response('fine')
    })

  test('whether a request is secure is its URL, unless the application says otherwise', async () => {
    const headers = { 'x-forwarded-proto': 'https' }
    const isForwarded = ({ headers }: Request) => headers.get('x-forwarded-proto') === 'https'
    expect(cookies(await answerOf(new Request('https://localhost/')))).toEqual(['__Host-sid'])
    expect(cookies(await answerOf(new Request(url, { headers })))).toEqual([])
    expect(cookies(await answerOf(new Request(url, { headers }), isForwarded))).toEqual([
      '__Host-sid',
    ])
  })

  test('a request that was aborted still has its change kept', async () => {
    const { withSession, control } = stage()
    const gone = new AbortController()
    await withSession(new Request(url, { signal: gone.signal }), (session) => {
      change(session)
      gone.abort()
      return new Response('unheard')
    })
    expect(control.calls).toEqual(['insert'])
  })

  test('parallel handlers of one request share its session, loaded once', async () => {
    const { withSession, control } = stage()
    const first = await withSession(new Request(url), (session) => {
      change(session)
      return new Response('fine')
    })
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const request = new Request(url, { headers: { cookie } })
    control.calls.length = 0
    const answer = await withSession(request, async (session) => {
      const [one, two] = await Promise.all(
        [1, 2].map(() => withSession(request, (inner) => Response.json(inner === session))),
      )
      return Response.json([await one?.json(), await two?.json()])
    })
    expect([await answer.json(), control.calls]).toEqual([[true, true], ['find']])
  })
})

test('what is no manager is refused when it is handed over', () => {
  expect(() => sessions({} as never)).toThrow('in place of a manager')
})

describe('a request for a WebSocket', () => {
  const headers = { upgrade: 'websocket', 'sec-websocket-key': 'x3JJHMbDL1EzLkh9GBhXDw==' }

  test('counts as sent, whatever response it gets', async () => {
    const { withSession, manager } = stage()
    const login = async (session: Session<Data>) => {
      await session.login('ann')
      return new Response('fine')
    }
    await expect(
      withSession(new Request(url, { headers }), async (session) => {
        await session.login('ann').finally(() => change(session))
        return new Response('fine')
      }),
    ).resolves.toMatchObject({ status: 500 })
    expect(await manager.sessions('ann')).toEqual([])
    const other = await withSession(new Request(url, { headers: { upgrade: 'h2c' } }), login)
    expect(cookies(other)).toEqual(['sid'])
  })

  test('may update a session that is kept', async () => {
    const { withSession, discarded } = stage()
    const kept = await withSession(new Request(url), async (session) => {
      await session.login('ann')
      return new Response('fine')
    })
    const cookie = kept.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const ask = () =>
      withSession(new Request(url, { headers: { ...headers, cookie } }), async (session) => {
        const n = await session.update((data) => {
          change({ data } as Session<Data>)
          return data.n
        })
        return Response.json(n)
      })
    expect(await (await ask()).json()).toBe(1)
    expect(await (await ask()).json()).toBe(2)
    expect(discarded).toEqual([])
  })
})
