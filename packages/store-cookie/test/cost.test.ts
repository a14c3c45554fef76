// What a request costs, counted: no timing, so a regression fails on every machine. Ids are made by core and apart.
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { promiseHooks } from 'node:v8'
import { type Awaitable, jsonCodec, type SessionStore } from '@sojourn/core/store'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { day, makeScene, request, type SceneOptions, tokenOf } from './support.ts'

const none = { ciphers: 0, deciphers: 0, hashes: 0, encodes: 0, decodes: 0 }
type Costs = typeof none
let costs: Costs

beforeEach(() => {
  costs = { ...none }
  countCalls('createCipheriv', 'ciphers')
  countCalls('createDecipheriv', 'deciphers')
  countCalls('createHmac', 'hashes')
  countCalls('createHash', 'hashes')
  countCalls('hash', 'hashes')
  syncBuiltinESMExports()
})

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

function countCalls(
  name: 'createCipheriv' | 'createDecipheriv' | 'createHmac' | 'createHash' | 'hash',
  as: keyof Costs,
) {
  const original: (...args: never[]) => unknown = crypto[name]
  vi.spyOn(crypto, name).mockImplementation(((...args: never[]) => {
    costs[as]++
    return original(...args)
  }) as never)
}

/** A scene whose codec counts. */
function makeCountedScene(options: SceneOptions = {}) {
  const codec = {
    name: 'json',
    encode(value: unknown) {
      costs.encodes++
      return jsonCodec.encode(value)
    },
    decode(bytes: Uint8Array) {
      costs.decodes++
      return jsonCodec.decode(bytes)
    },
  }
  return makeScene({ ...options, config: { codec, ...options.config } })
}

/** Returns what `run` costs, and its result. */
async function costOf<Result>(run: () => Awaitable<Result>): Promise<[Costs, Result]> {
  costs = { ...none }
  const result = await run()
  return [costs, result]
}

const data = (n: number) => Buffer.from(`{"n":${n}}`)
const limits = { maxAge: day, absoluteTimeout: day, persistent: true }

/** A session of a user, whose group of ids is known from now on, as from the second request of a visitor. */
async function createdIn({ store, env }: ReturnType<typeof makeScene>) {
  const draft = { id: env.ids.mint('ann'), userId: 'ann', data: data(1), ...limits }
  const creating = await costOf(() => store.create(draft, {}))
  const [, creation] = creating
  if (!creation.created) throw new Error('The store created no session')
  return { creating: creating[0], ...creation }
}

async function openedBy(store: SessionStore, token: string) {
  const [opening, outcome] = await costOf(() => store.open([token]))
  if (outcome.outcome !== 'open') throw new Error(`The token is ${outcome.outcome}`)
  return { opening, opened: outcome.opened }
}

describe('the store', () => {
  test('creates a session by one cipher', async () => {
    const { creating } = await createdIn(makeCountedScene())
    expect(creating).toEqual({ ...none, ciphers: 1 })
  })

  test('opens a token that it sealed, or has opened before, without any', async () => {
    const [here, there] = [makeCountedScene(), makeCountedScene()]
    const { token } = await createdIn(here)
    expect((await openedBy(here.store, token)).opening).toEqual(none)
    await openedBy(there.store, token)
    expect((await openedBy(there.store, token)).opening).toEqual(none)
  })

  test('opens a token that it knows before it returns, without a promise', async () => {
    const { store, ...scene } = makeScene()
    const { token } = await createdIn({ store, ...scene })
    let promises = 0
    const stop = promiseHooks.onInit(() => promises++)
    const opening = store.open([token])
    stop()
    expect(promises).toBe(0)
    expect((await opening).outcome).toBe('open')
  })

  test('opens the token of another server by one decipher', async () => {
    const [here, there] = [makeCountedScene(), makeCountedScene()]
    there.env.ids.mint('ann')
    const { token } = await createdIn(here)
    expect((await openedBy(there.store, token)).opening).toEqual({ ...none, deciphers: 1 })
  })

  test('saves a change by one cipher, and the next request needs none', async () => {
    const { store, ...scene } = makeCountedScene()
    const { opened } = await createdIn({ store, ...scene })
    const changes = { data: { base: opened.data, mine: data(2) } }
    const [saving, outcome] = await costOf(() => store.save(opened, changes))
    expect(saving).toEqual({ ...none, ciphers: 1 })
    const token = outcome.saved ? outcome.token : undefined
    expect((await openedBy(store, token ?? '')).opening).toEqual(none)
  })

  test('saves nothing, and so seals nothing, without a change and while no touch is due', async () => {
    const scene = makeCountedScene()
    const { opened } = await createdIn(scene)
    expect((await costOf(() => scene.store.save(opened, {})))[0]).toEqual(none)
  })

  test('refuses the tokens of others, and what is none, without a key', async () => {
    const [here, there] = [makeCountedScene(), makeCountedScene({ config: { cookieName: 'b' } })]
    const { token } = await createdIn(here)
    for (const refused of [token, token.slice(1), 'x', `${token}.`])
      expect((await costOf(() => there.store.open([refused])))[0]).toEqual(none)
  })

  test('draws the ivs of 300 seals at once', async () => {
    const { store, env } = makeScene()
    const draft = { id: env.ids.mint(), data: data(1), ...limits }
    const draw = vi.spyOn(crypto, 'randomFillSync')
    syncBuiltinESMExports()
    for (let seals = 0; seals < 600; seals++) await store.create(draft, {})
    expect(draw).toHaveBeenCalledTimes(2)
  })
})

describe('a request', () => {
  const { ciphers, deciphers } = none
  const cryptOf = async (run: () => Promise<unknown>) => {
    const [{ ciphers, deciphers }] = await costOf(run)
    return { ciphers, deciphers }
  }

  test('seals once to log in or to change, and neither seals nor opens to read', async () => {
    const { manager } = makeScene()
    let cookie: string | undefined
    const login = async () => {
      cookie = (await request(manager, undefined, (session) => session.login('ann'))).cookie
    }
    const change = async () => {
      cookie = (await request(manager, cookie, (session) => (session.data['n'] = 1))).cookie
    }
    expect(await cryptOf(login)).toEqual({ ciphers: 1, deciphers })
    expect(await cryptOf(change)).toEqual({ ciphers: 1, deciphers })
    expect(await cryptOf(() => request(manager, cookie))).toEqual({ ciphers, deciphers })
    const cold = makeScene().manager
    expect(await cryptOf(() => request(cold, cookie))).toEqual({ ciphers, deciphers: 1 })
    expect(tokenOf(cookie)).not.toBe('')
  })
})
