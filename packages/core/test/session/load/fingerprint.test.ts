import { createTestCarrier, createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { keyedStore } from '../../../src/keyed/keyed-store.ts'
import type { FingerprintOptions, FingerprintPart } from '../../../src/options/fingerprint.ts'
import type { SessionOptions } from '../../../src/options/options.ts'
import type { Fingerprint } from '../../../src/record/fingerprint.ts'
import type { Session } from '../../../src/session/session.ts'
import type { StoreFactory } from '../../../src/store/store.ts'
import { testBackend, testManager } from '../../support.ts'

const firefox = { headers: { 'user-agent': 'Mozilla/5.0 (X11) Firefox/140.0' }, ip: '192.0.2.7' }
const updated = { headers: { 'user-agent': 'Mozilla/5.0 (X11) Firefox/141.0' }, ip: '192.0.2.7' }
const curl = { headers: { 'user-agent': 'curl/8.5.0' }, ip: '198.51.100.9' }

async function signedIn(fingerprint: SessionOptions['fingerprint'], options = {}) {
  const made = testManager({ ...(fingerprint && { fingerprint }), ...options })
  const mismatches: (readonly string[])[] = []
  made.manager.on('mismatch', ({ parts }) => mismatches.push(parts))
  const ann = createVisitor(made.manager).copy(firefox)
  await ann.request((session) => session.login('ann'))
  made.calls.length = 0
  return { ...made, mismatches, ann }
}

const userOf = (visitor: ReturnType<typeof createVisitor>) =>
  visitor.request(({ userId }) => userId)

describe('a part', () => {
  const shows = (headers: Record<string, string>, ip = '192.0.2.7') => ({ headers, ip })
  test.each<[FingerprintPart, string, object, object, boolean]>([
    ['user-agent', 'an update', firefox, updated, true],
    ['browser', 'an update', firefox, updated, false],
    ['browser', 'another browser', firefox, curl, true],
    ['browser', 'no browser at all', firefox, shows({}), true],
    ['accept-language', 'no header, twice', firefox, curl, false],
    ['accept-language', 'a header more', firefox, shows({ 'accept-language': 'de' }), true],
    ['ip', 'another address', firefox, { ...firefox, ip: '192.0.2.8' }, true],
    ['ip', 'the same address in IPv6', firefox, { ...firefox, ip: '::ffff:192.0.2.7' }, false],
    [
      'ip',
      'the same address in hexadecimal',
      firefox,
      { ...firefox, ip: '::FFFF:c000:207' },
      false,
    ],
    ['ip/24', 'the same network', firefox, { ...firefox, ip: '192.0.2.250' }, false],
    ['ip/24', 'the next network', firefox, { ...firefox, ip: '192.0.3.7' }, true],
    ['ip/24', 'IPv6', firefox, { ...firefox, ip: '2001:db8::1' }, true],
    ['ip/24', 'one /56', shows({}, '2001:db8:1:ab01::1'), shows({}, '2001:db8:1:ab02:9::'), false],
    [
      'ip/24',
      'another /56',
      shows({}, '2001:db8:1:ab01::1'),
      shows({}, '2001:db8:1:ac01::1'),
      true,
    ],
    ['ip/24', 'a zone', shows({}, 'fe80::1%eth0'), shows({}, 'fe80::1%eth1'), false],
    [
      (request) => request.header('x-ja4'),
      'a header',
      shows({ 'x-ja4': 'a' }),
      shows({ 'x-ja4': 'b' }),
      true,
    ],
  ])('%s: %s', async (part, _what, before, after, differs) => {
    const { manager } = testManager({ fingerprint: { of: [part], onMismatch: 'reauthenticate' } })
    const visitor = createVisitor(manager).copy(before)
    await visitor.request((session) => session.login('ann'))
    expect(await userOf(visitor)).toBe('ann')
    expect(await userOf(visitor.copy(after))).toBe(differs ? undefined : 'ann')
  })
})

describe('what a record keeps', () => {
  test('is a salt of its own and a hash of each part, under the name of the part', async () => {
    const kept: (Fingerprint | undefined)[] = []
    const backend = testBackend()
    const store: StoreFactory = (env) => {
      const keyed = keyedStore(backend.backend)(env)
      return {
        ...keyed,
        async create(draft, options) {
          kept.push(draft.fingerprint)
          return keyed.create(draft, options)
        },
      }
    }
    const { manager } = testManager({ store, fingerprint: { of: ['user-agent', 'ip'] } }, backend)
    for (const change of [
      (session: Session<object>) => session.login('ann'),
      (session: Session<object>) => session.login('ann'),
      ({ data }: Session<object>) => void Object.assign(data, { n: 1 }),
    ])
      await createVisitor(manager).copy(firefox).request(change)
    expect(kept).toHaveLength(3)
    const texts = kept.flatMap((each = {}) => Object.values(each))
    expect(kept.map((each = {}) => Object.keys(each))).toEqual(
      Array(3).fill(['', 'user-agent', 'ip']),
    )
    for (const text of texts) expect(text).toMatch(/^[\w-]{12}$/)
    expect(new Set(texts).size).toBe(9)
  })

  test('is taken over from the next request where a part is missing, once', async () => {
    const before = await signedIn(undefined)
    const fingerprint = { of: ['browser'], onMismatch: 'reauthenticate' } as const
    const secretKey = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
    const old = await signedIn(undefined, { secretKey })
    const { manager } = testManager({ secretKey, fingerprint }, old)
    const ann = old.ann.at(manager)
    for (let n = 0; n < 3; n++) expect(await userOf(ann)).toBe('ann')
    expect(old.calls).toEqual(['find', 'replace', 'find', 'find'])
    expect(before.calls).toEqual([])
    expect(await userOf(ann.copy(curl))).toBeUndefined()
  })

  test('stays the same through a key roll', async () => {
    const [first, second] = [
      'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE',
      'Zq7rY2uB9wLx4mNc6vTk1sJd8fHg3pQe5aSo0iUyXbM',
    ]
    const fingerprint = { of: ['browser'], onMismatch: 'destroy' } as const
    const made = await signedIn(fingerprint, { secretKey: first })
    const rolled = testManager(
      { secretKey: [second, first], indexKey: first, fingerprint } as never,
      made,
    )
    expect(await userOf(made.ann.at(rolled.manager))).toBe('ann')
  })
})

describe('event', () => {
  test('takes the new client over: one event for each change, and one write', async () => {
    const { ann, mismatches, calls } = await signedIn({ of: ['user-agent'] })
    const now = ann.copy(updated)
    for (let n = 0; n < 3; n++) expect(await userOf(now)).toBe('ann')
    expect(mismatches).toEqual([['user-agent']])
    expect(calls).toEqual(['find', 'replace', 'find', 'find'])
    expect(await userOf(ann)).toBe('ann') // thief and user take turns
    expect(mismatches).toHaveLength(2)
  })
})

describe('a client that is taken over', () => {
  type Handle = (session: Session<object>) => unknown
  test.each<[string, Handle]>([
    ['rotate()', (session) => session.rotate()],
    ['update()', (session) => session.update(() => undefined)],
    ['addFactor()', (session) => session.addFactor({ method: 'passkey' })],
    ['login()', (session) => session.login('ann')],
    [
      'actAs() and the way back',
      async (session) => {
        await session.actAs('bob')
        await session.stopActing()
      },
    ],
  ])('is saved with %s too: one event, and one session', async (_what, handle) => {
    const { ann, mismatches, manager } = await signedIn({ of: ['user-agent'] }, { acting: true })
    const now = ann.copy(updated)
    await now.request(handle)
    expect(await userOf(now)).toBe('ann')
    expect(mismatches).toEqual([['user-agent']])
    expect(await manager.sessions('ann')).toHaveLength(1)
  })

  test('of an acting session is reported with the actor', async () => {
    const { ann, manager } = await signedIn({ of: ['user-agent'] }, { acting: true })
    const seen: unknown[] = []
    manager.on('mismatch', (event) => seen.push(event))
    const id = await ann.request(async (session) => {
      await session.actAs('bob')
      return session.id
    })
    await userOf(ann.copy(updated))
    const parts = ['user-agent']
    expect(seen).toEqual([{ id, userId: 'bob', actorId: 'ann', parts }])
  })
})

describe('reauthenticate', () => {
  const fingerprint: FingerprintOptions = { of: ['user-agent'], onMismatch: 'reauthenticate' }

  test('refuses what a user may do, and lets a form be protected', async () => {
    const { ann } = await signedIn(fingerprint)
    const now = ann.copy(updated)
    await now.request((session) => {
      expect(() => session.requireUser()).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_REQUIRED' }),
      )
      expect(() => session.requireRecent('1h')).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_NOT_RECENT' }),
      )
    })
    const token = await now.request((session) => session.csrfToken())
    expect(await now.request((session) => session.verifyCsrfToken(token))).toBe(true)
    const updating = now.request((session) => session.update(() => undefined))
    await expect(updating).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' })
  })

  test('a login that fails leaves the session locked', async () => {
    const { ann, fail, restore, manager } = await signedIn(fingerprint)
    const { session, finish } = await ann.copy(updated).begin()
    fail(['replace'])
    await expect(session.login('ann')).rejects.toMatchObject({ status: 503 })
    expect([session.userId, session.ended]).toEqual([undefined, 'mismatch'])
    restore()
    await finish().catch(() => undefined)
    expect((await manager.read({ ...firefox.headers, cookie: ann.cookie })).userId).toBe('ann')
  })

  test('a logout ends the session, and clears the cookie', async () => {
    const { ann } = await signedIn(fingerprint)
    const now = ann.copy(updated)
    await now.request((session) => session.destroy())
    expect(now.cookie).toBeUndefined()
    expect(await userOf(ann)).toBeUndefined()
  })

  test('a visitor without a user gets a new session, and the old one stays', async () => {
    const { manager, mismatches } = await signedIn(fingerprint)
    const visitor = createVisitor(manager).copy(firefox)
    await visitor.request(({ data }) => Object.assign(data, { cart: 1 }))
    const now = visitor.copy(updated)
    const isNew = await now.request((session) => {
      session.data['cart'] = 2
      return session.isNew && session.ended === undefined
    })
    expect(isNew).toBe(true)
    expect((await now.read())?.data).toEqual({ cart: 2 })
    expect((await visitor.read())?.data).toEqual({ cart: 1 })
    expect(mismatches).toEqual([['user-agent']])
  })
})

describe('the option', () => {
  const manager = (fingerprint: unknown) => () => testManager({ fingerprint } as never)
  test.each([
    [{ of: [] }, 'lists no part'],
    [{ of: ['user_agent'] }, "lists 'user_agent'"],
    [{ of: ['ip', 'ip'] }, "lists 'ip' twice"],
    [{ of: [() => 'a', () => 'b'] }, 'Name your functions'],
    [{ of: [{ name: 'ip', of: () => 'a' }] }, 'Give it a name of its own'],
    [{ of: [{ name: 'tls' }] }, 'has no function'],
    [{ of: ['browser'], onMismatch: 'end' }, "fingerprint.onMismatch is 'end'"],
    [{ of: ['browser'], on: 'x' }, 'fingerprint has no option on'],
    ['lax', 'was given string'],
  ])('%j is refused', (fingerprint, message) => {
    expect(manager(fingerprint)).toThrow(message)
  })

  test('an address that is compared must be given', async () => {
    const { ann, manager } = await signedIn({ of: ['ip/24'] })
    await expect(manager.read({ cookie: ann.cookie })).rejects.toThrow('the request has none')
    const carrier = createTestCarrier({ cookie: ann.cookie, ip: 'unix:' })
    await expect(manager.load(carrier)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    const withPort = manager.read({ cookie: ann.cookie }, { ip: '192.0.2.7:4711' })
    await expect(withPort).rejects.toThrow('the one given is no IP address: it may have a port')
    await expect(withPort).rejects.not.toThrow('192.0.2')
  })

  test('a function that returns a promise is refused', async () => {
    const part = (async () => 'a') as unknown as () => string
    const { manager } = testManager({ fingerprint: { of: [part] } })
    const visitor = createVisitor(manager)
    const login = visitor.request((session) => session.login('ann'))
    await expect(login).rejects.toThrow("The part 'custom' of fingerprint.of returned a promise")
  })

  test('is told to bindings by the names of its parts', () => {
    expect(testManager({ fingerprint: 'strict' }).manager.fingerprint).toEqual([
      'ip',
      'user-agent',
      'accept-language',
    ])
    expect(testManager().manager.fingerprint).toEqual([])
  })
})
