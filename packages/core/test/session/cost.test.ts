// What a request costs, counted: no timing, so that a regression fails on every machine. What the store and the keyed store
// cost is counted apart.
import { promiseHooks } from 'node:v8'
import { createTestCarrier } from '@sojourn/core/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Codec, jsonCodec } from '../../src/data/codec.ts'
import type { SessionManager } from '../../src/manager/manager.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import { defaultConfig } from '../../src/options/presets.ts'
import type { Session } from '../../src/session/session.ts'
import type { OpenedSession } from '../../src/store/opened-session.ts'
import type { SessionStore, StoreFactory } from '../../src/store/store.ts'
import { freshRecord, t0 } from '../contexts.ts'
import { testManager } from '../support.ts'

type Data = Record<string, unknown>
type Handle = (session: Session<Data>) => unknown

const ignore: Handle = () => undefined
const readUser: Handle = (session) => session.userId
const readData: Handle = (session) => JSON.stringify(session.data)
const change: Handle = ({ data }) => {
  data['n'] = Number(data['n'] ?? 0) + 1
}
const logIn: Handle = async (session) => {
  session.data['cart'] = ['tea']
  await session.login('ann')
}

describe('encodes, decodes, reads of a request header and calls of the backend', () => {
  const counts = { encodes: 0, decodes: 0, headers: 0 }
  const codec: Codec = {
    name: 'json',
    encode(value) {
      counts.encodes++
      return jsonCodec.encode(value)
    },
    decode(bytes) {
      counts.decodes++
      return jsonCodec.decode(bytes)
    },
  }
  let made: ReturnType<typeof testManager>
  let cookie: string

  beforeEach(async () => {
    made = testManager({ codec })
    cookie = await request(undefined, logIn)
  })

  /** Makes a request as a binding does; returns the cookie that the client then has. */
  async function request(sent: string | undefined, handle: Handle): Promise<string> {
    const carrier = createTestCarrier(sent === undefined ? {} : { cookie: sent })
    const { header } = carrier
    carrier.header = (name) => {
      counts.headers++
      return header(name)
    }
    const session = await made.manager.load(carrier)
    await handle(session)
    await made.manager.commit(session, carrier)
    carrier.sent = true
    await made.manager.commit(session, carrier) // as bindings do when the response is closed
    return carrier.setCookies[0]?.split(';', 1)[0] ?? sent ?? ''
  }

  /** Counts a request. One that sends a cookie reads two headers more: what the client has, and in development its Host. */
  async function costOf(sent: string | undefined, handle: Handle) {
    made.calls.length = 0
    Object.assign(counts, { encodes: 0, decodes: 0, headers: 0 })
    await request(sent, handle)
    return [counts.encodes, counts.decodes, counts.headers, made.calls.join(' ')]
  }

  test('of a visitor without a session', async () => {
    expect(await costOf(undefined, ignore)).toEqual([0, 0, 1, ''])
    expect(await costOf(undefined, readUser)).toEqual([0, 0, 1, ''])
    expect(await costOf(undefined, readData)).toEqual([0, 0, 1, ''])
  })

  test('of a forged token', async () => {
    expect(await costOf(`${cookie.slice(0, -4)}AAAA`, readData)).toEqual([0, 0, 1, ''])
  })

  test('of a session that is only loaded or read', async () => {
    expect(await costOf(cookie, ignore)).toEqual([0, 1, 1, 'find'])
    expect(await costOf(cookie, readUser)).toEqual([0, 1, 1, 'find'])
    expect(await costOf(cookie, readData)).toEqual([0, 1, 1, 'find'])
  })

  test('of a session that is touched', async () => {
    made.clock.now += 120_000
    expect(await costOf(cookie, readData)).toEqual([0, 1, 1, 'find touch'])
  })

  test('of a change', async () => {
    expect(await costOf(cookie, change)).toEqual([1, 1, 1, 'find replace'])
  })

  test('of a new session', async () => {
    expect(await costOf(undefined, change)).toEqual([1, 0, 3, 'insert'])
  })

  test('of a login, of a new visitor and of one with a session', async () => {
    expect(await costOf(undefined, logIn)).toEqual([1, 0, 3, 'insert'])
    const visitor = await request(undefined, change)
    expect(await costOf(visitor, logIn)).toEqual([1, 1, 3, 'find insert remove'])
  })
})

describe('promises, beyond those of a binding that awaits,', () => {
  const { record } = freshRecord({ userId: 'ann' })
  const opened: OpenedSession = { record, touchedAt: t0, data: jsonCodec.encode({ n: 1 }) }

  /** A store that makes no promises while it is counted. */
  const cannedStore: StoreFactory = () => {
    const open = Promise.resolve({ outcome: 'open', opened } as const)
    const saved = Promise.resolve({ saved: true, opened } as const)
    const created = Promise.resolve({
      created: true,
      opened,
      token: 'a-token',
      evicted: [],
    } as const)
    const store: SessionStore = {
      codec: jsonCodec,
      supports: { conditionalWrite: true, revocation: true, list: false, limit: true, scan: false },
      open: () => open,
      save: () => saved,
      create: () => created,
      end: () => Promise.reject(new Error('not counted')),
      ping: async () => undefined,
      close: async () => undefined,
    }
    return store
  }
  const options = { store: cannedStore, clock: () => t0, cookieName: 'sid', secure: false }
  const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
  const manager = createSessionManager<Data>(defaultConfig(secret, { ...options, warn: () => {} }))

  type Loads = Pick<SessionManager<Data>, 'load' | 'commit'>

  async function promisesOf(cookie: string | undefined, handle: Handle) {
    const session = await manager.load(createTestCarrier())
    const loaded = Promise.resolve(session)
    const handled = Promise.resolve()
    const waits = handle === logIn ? () => handled : () => undefined
    const committed = handle === change ? handled : undefined
    const binding = { load: () => loaded, commit: () => committed }
    await count(binding, cookie, waits) // V8 makes one more the first time
    const bare = await count(binding, cookie, waits)
    return (await count(manager, cookie, handle)) - bare
  }

  async function count({ load, commit }: Loads, cookie: string | undefined, handle: Handle) {
    let made = 0
    const carrier = createTestCarrier(cookie === undefined ? {} : { cookie })
    const stop = promiseHooks.createHook({ init: () => void made++ }) as () => void // wrongly typed as Function
    try {
      const session = await load(carrier)
      const handling = handle(session)
      if (handling instanceof Promise) await handling
      const committing = commit(session, carrier)
      if (committing) await committing
    } finally {
      stop()
    }
    return made
  }

  test.each<[string, string | undefined, Handle, number]>([
    ['of a visitor without a session', undefined, readUser, 1],
    ['of a read', 'sid=a-token', readData, 2],
    ['of a change', 'sid=a-token', change, 5],
    ['of a new session', undefined, change, 5],
    ['of a login', undefined, logIn, 19],
  ])('%s', async (_, cookie, handle, promises) => {
    expect(await promisesOf(cookie, handle)).toBe(promises)
  })
})
