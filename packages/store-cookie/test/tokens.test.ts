import { randomBytes } from 'node:crypto'
import type { Codec } from '@sojourn/core'
import { jsonCodec } from '@sojourn/core/store'
import { EncryptJWT, jwtDecrypt } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  day,
  makeScene,
  minute,
  oldSecret,
  request,
  secret,
  type TestData,
  t0,
  tokenOf,
} from './support.ts'

const name = '__Host-sid'
const pairs = [
  ['node', 'jose'],
  ['jose', 'node'],
] as const
const cart = { tea: 1, when: new Date(t0), text: 'ünïcode 🍵', big: 10n ** 20n }

/** A codec whose bytes are no text. */
const binaryCodec: Codec = {
  name: 'inverted',
  encode: (value) => jsonCodec.encode(value).map((byte) => 255 - byte),
  decode: (bytes) => jsonCodec.decode(Uint8Array.from(bytes, (byte) => 255 - byte)),
}

describe('a token', () => {
  test.each(pairs)('sealed by %s is opened by %s', async (writer, reader) => {
    const [one, two] = [makeScene({ sealer: writer }), makeScene({ sealer: reader })]
    const { cookie } = await request(one.manager, undefined, async (session) => {
      await session.login('user-1', { client: { device: 'phone' } })
      session.data['cart'] = cart
    })
    const { session } = await request(two.manager, cookie)
    expect([session.userId, session.data, session.info]).toEqual([
      'user-1',
      { cart },
      (await request(one.manager, cookie)).session.info,
    ])
  })

  test.each(['node', 'jose'] as const)(
    'sealed by %s is a JWT to whoever has the key, as strict as one can ask for it',
    async (sealer) => {
      const { manager, keys } = makeScene({ sealer })
      const { cookie, session } = await request(manager, undefined, ({ data }) => (data['n'] = 1))
      const { payload, protectedHeader } = await jwtDecrypt(tokenOf(cookie), keys[0].key, {
        typ: 'sojourn-session',
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
        requiredClaims: ['iat', 'exp', 'jti', 'record', 'data'],
        currentDate: new Date(t0),
        maxTokenAge: 60,
      })
      expect(protectedHeader).toEqual(keys[0].header)
      expect(payload).toMatchObject({ jti: session.id, iat: t0 / 1000, data: '{"n":1}' })
    },
  )

  test.each(['node', 'jose'] as const)(
    'that EncryptJWT of jose wrote is opened by %s',
    async (sealer) => {
      const { manager, keys, env } = makeScene({ sealer })
      const record = [t0, t0, t0, t0 + day, day, 0, true, t0, 'ann', null]
      const token = await new EncryptJWT({ record, codec: 'json', data: '{"n":7}' })
        .setProtectedHeader({ ...keys[0].header })
        .setJti(env.ids.mint('ann'))
        .setIssuedAt(t0 / 1000)
        .setExpirationTime(t0 / 1000 + 60)
        .encrypt(keys[0].key)
      const { session } = await request(manager, `${name}=${token}`)
      expect([session.userId, session.data]).toEqual(['ann', { n: 7 }])
    },
  )

  test('that names a user for whom its id was not made opens nothing', async () => {
    const { manager, keys, env, discarded } = makeScene()
    const id = env.ids.mint('ann')
    const record = [t0, t0, t0, t0 + day, day, 0, true, t0, 'bob', null]
    const token = await new EncryptJWT({ record, codec: 'json', data: '{"n":7}' })
      .setProtectedHeader({ ...keys[0].header })
      .setJti(id)
      .setIssuedAt(t0 / 1000)
      .setExpirationTime(t0 / 1000 + 60)
      .encrypt(keys[0].key)
    expect((await request(manager, `${name}=${token}`)).session.isNew).toBe(true)
    expect(discarded).toEqual([{ what: 'token', why: 'foreign', id }])
  })

  test('keeps data of a codec whose bytes are no text, and of one that was replaced since', async () => {
    const binary = makeScene({ config: { codec: binaryCodec } })
    const { cookie } = await request(binary.manager, undefined, ({ data }) => (data['cart'] = cart))
    expect((await request(binary.manager, cookie)).session.data).toEqual({ cart })
    const json = await request(makeScene().manager, undefined, ({ data }) => (data['n'] = 1))
    expect((await request(binary.manager, json.cookie)).session.data).toEqual({ n: 1 })
    const { manager, discarded } = makeScene()
    expect((await request(manager, cookie)).session.isNew).toBe(true)
    expect(discarded).toMatchObject([{ why: 'corrupt' }])
  })

  test('of an old key opens, and is sealed by the first at the next touch or change', async () => {
    const before = makeScene({ config: { secretKey: oldSecret } })
    const rolled = makeScene({ config: { secretKey: [secret, oldSecret] } })
    const after = makeScene({ config: { secretKey: secret } })
    const { cookie } = await request(before.manager, undefined, ({ data }) => (data['n'] = 1))
    expect((await request(after.manager, cookie)).session.isNew).toBe(true)
    expect((await request(rolled.manager, cookie)).setCookies).toEqual([])
    rolled.clock.now += minute
    const touched = await request(rolled.manager, cookie)
    const changed = await request(rolled.manager, cookie, ({ data }) => (data['n'] = 2))
    after.clock.now += minute
    expect((await request(after.manager, touched.cookie)).session.data).toEqual({ n: 1 })
    expect((await request(after.manager, changed.cookie)).session.data).toEqual({ n: 2 })
  })

  test('has a kid that names its key and tells nothing of it', () => {
    const [one, two] = [makeScene(), makeScene({ config: { cookieName: '__Host-b' } })]
    expect(one.keys[0].header.kid).toMatch(/^[\w-]{8}$/)
    expect(one.keys[0].header.kid).not.toBe(two.keys[0].header.kid)
    expect(one.keys[0].key.export().toString('base64url')).not.toContain(one.keys[0].header.kid)
  })

  test('of a clock that is a little ahead opens', async () => {
    const [ahead, behind] = [makeScene(), makeScene()]
    ahead.clock.now += minute
    const { cookie } = await request(ahead.manager, undefined, (session) => session.login('ann'))
    expect((await request(behind.manager, cookie)).session.userId).toBe('ann')
  })
})

describe('several cookies of one name', () => {
  const both = (a = '', b = '') => `${a}; ${b}`

  test('of one session count as the newest, in either order', async () => {
    const { manager, clock } = makeScene()
    const first = await request(manager, undefined, ({ data }) => (data['n'] = 1))
    clock.now += 1
    const second = await request(manager, first.cookie, ({ data }) => (data['n'] = 2))
    for (const header of [both(first.cookie, second.cookie), both(second.cookie, first.cookie)])
      expect((await request(manager, header)).session.data).toEqual({ n: 2 })
  })

  test('of one session, one was elevated: it counts, though the other was sealed later', async () => {
    const { manager, clock } = makeScene()
    const before = await request(manager, undefined, (session) => session.login('ann'))
    const elevated = await request(manager, before.cookie, (session) => {
      session.rotate()
      session.data['role'] = 'admin'
    })
    clock.now += minute
    const later = await request(manager, before.cookie)
    for (const header of [both(elevated.cookie, later.cookie), both(later.cookie, elevated.cookie)])
      expect((await request(manager, header)).session.data).toEqual({ role: 'admin' })
  })

  test('of different sessions open neither', async () => {
    const { manager, discarded } = makeScene()
    const [one, two] = [
      await request(manager, undefined, (session) => session.login('ann')),
      await request(manager, undefined, (session) => session.login('eve')),
    ]
    expect((await request(manager, both(one.cookie, two.cookie))).session.isNew).toBe(true)
    expect(discarded).toMatchObject([{ why: 'ambiguous' }])
  })
})

describe('a session', () => {
  test('sends its cookie when it was changed or a touch is due, and at no other time', async () => {
    const { manager, clock } = makeScene()
    const { cookie } = await request(manager, undefined, (session) => session.login('ann'))
    expect((await request(manager, cookie, ({ data }) => data['n'])).setCookies).toEqual([])
    expect(
      (await request(manager, cookie, (session) => session.update(() => {}))).setCookies,
    ).toEqual([])
    expect((await request(manager, cookie, ({ data }) => (data['n'] = 1))).setCookies).toHaveLength(
      1,
    )
    clock.now += minute
    expect((await request(manager, cookie)).setCookies).toHaveLength(1)
  })

  test('tells of a rotate(), notes when it was changed, and not of a touch', async () => {
    const { manager, store, clock } = makeScene()
    const rotated: unknown[] = []
    manager.on('rotated', (event) => rotated.push(event))
    const { cookie, session } = await request(manager, undefined, (each) => each.login('ann'))
    clock.now += minute
    const changed = await request(manager, cookie, ({ data }) => (data['n'] = 1))
    clock.now += minute
    const touched = await request(manager, changed.cookie)
    const opening = await store.open([tokenOf(touched.cookie)])
    expect(opening).toMatchObject({
      outcome: 'open',
      opened: { touchedAt: t0 + 2 * minute, record: { updatedAt: t0 + minute, rotatedAt: t0 } },
    })
    expect(rotated).toEqual([])
    await request(manager, cookie, (each) => each.rotate())
    expect(rotated).toEqual([{ id: session.id, userId: 'ann', why: 'cause' }])
  })

  test('of more than maxDataBytes is refused, new or changed, though its cookies would hold it', async () => {
    const { manager } = makeScene({ config: { maxDataBytes: 100 } })
    const { cookie } = await request(manager, undefined, ({ data }) => (data['n'] = 1))
    const long = ({ data }: { data: TestData }) => fill(data, 100)
    for (const before of [undefined, cookie])
      await expect(request(manager, before, long)).rejects.toMatchObject({
        code: 'ERR_SESSION_TOO_LARGE',
      })
    expect((await request(manager, cookie)).session.data).toEqual({ n: 1 })
  })

  test('keeps its absolute limit through every seal, and no token opens longer than 400 days', async () => {
    const long = { absoluteTimeout: '2000d', maxAge: '1900d', touchInterval: '1d' } as const
    const { manager, clock } = makeScene({ config: long })
    const first = await request(manager, undefined, (session) => session.login('ann'))
    clock.now += 399 * day
    const second = await request(manager, first.cookie)
    clock.now += 2 * day
    expect((await request(manager, first.cookie)).session.userId).toBe(undefined)
    const { session } = await request(manager, second.cookie)
    expect(session.info?.absoluteExpiresAt).toBe(t0 + 2000 * day)
  })

  test('whose update waits for another of its own ends with an error, and keeps what it had', async () => {
    const { manager } = makeScene({ config: { storeTimeout: 20 } })
    const { cookie } = await request(manager, undefined, ({ data }) => (data['n'] = 1))
    const { session } = await request(manager, cookie, async (each) => {
      const nested = each.update((data) => {
        data['n'] = 2
        return each.update(() => {})
      })
      await expect(nested).rejects.toMatchObject({ code: 'ERR_SESSION_CONFLICT' })
    })
    expect(session.data).toEqual({ n: 1 })
  })

  test('too large for three cookies is refused before anything is sent, and the old cookie stands', async () => {
    const { manager } = makeScene()
    const { cookie } = await request(manager, undefined, ({ data }) => (data['n'] = 1))
    const large = request(manager, cookie, ({ data }) => {
      data['blob'] = randomBytes(8000).toString('base64url')
    })
    await expect(large).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE', status: 500 })
    expect((await request(manager, cookie)).session.data).toEqual({ n: 1 })
  })

  test('that fitted once fits at every later touch, whatever digits the time has', async () => {
    const { manager, clock } = makeScene({ maxCookies: 1 })
    const letters = await mostLetters(manager)
    let { cookie } = await request(manager, undefined, ({ data }) => fill(data, letters))
    const { length } = tokenOf(cookie)
    for (const ms of [1, 10, 100, 120, 123, 999]) {
      clock.now += minute + ms
      const touched = await request(manager, cookie)
      expect(touched.setCookies).toHaveLength(1)
      expect(tokenOf(touched.cookie)).toHaveLength(length)
      cookie = touched.cookie
    }
  })

  test('that fits no longer, as by another codec, is read as before, and refused when it is changed', async () => {
    const before = makeScene({ maxCookies: 1 })
    const letters = await mostLetters(before.manager)
    const { cookie } = await request(before.manager, undefined, ({ data }) => fill(data, letters))
    const { manager, clock } = makeScene({ maxCookies: 1, config: { codec: binaryCodec } })
    const failed: unknown[] = []
    manager.on('failed', ({ operation, error }) => failed.push([operation, error]))
    clock.now += minute
    const read = await request(manager, cookie)
    expect([read.session.data, read.setCookies]).toEqual([{ t: 't'.repeat(letters) }, []])
    const tooLarge = expect.objectContaining({ code: 'ERR_SESSION_TOO_LARGE' })
    expect(failed).toEqual([['touch', tooLarge]])
    await expect(request(manager, cookie, ({ data }) => (data['n'] = 1))).rejects.toEqual(tooLarge)
  })

  test('C-04 of 4,096 bytes of name and value is one cookie, of one byte more it is two, or refused where one is all', async () => {
    const fill = async (maxCookies: number, letters: number) => {
      const scene = makeScene({ maxCookies })
      const made = await request(scene.manager, undefined, ({ data }) => {
        data['t'] = 't'.repeat(letters)
      })
      expect((await request(scene.manager, made.cookie)).session.data).toEqual({
        t: 't'.repeat(letters),
      })
      return made.setCookies.map((line) => line.split(';')[0]?.length)
    }
    let letters = 2600
    while ((await fill(3, letters + 1)).length === 1) letters++
    expect((await fill(1, letters))[0]).toBeGreaterThan(4092)
    expect((await fill(1, letters))[0]).toBeLessThanOrEqual(4096 + 1) // the '=' is not counted
    await expect(fill(1, letters + 1)).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE' })
  })
})

function fill(data: TestData, letters: number): void {
  data['t'] = 't'.repeat(letters)
}

/** How many letters a session of this manager can hold, now. */
async function mostLetters(manager: ReturnType<typeof makeScene>['manager']): Promise<number> {
  for (let letters = 2500; ; letters++)
    try {
      await request(manager, undefined, ({ data }) => fill(data, letters))
    } catch {
      return letters - 1
    }
}
