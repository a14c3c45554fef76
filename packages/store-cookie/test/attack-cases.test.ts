import { createSecretKey, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { referenceBackend } from '@sojourn/conformance/backend'
import { CompactEncrypt, FlattenedEncrypt, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import type { SealKey } from '../src/seal-keys.ts'
import { day, ivsOf, makeScene, minute, request, secret, serve, t0, tokenOf } from './support.ts'

const name = '__Host-sid'
const sealers = ['node', 'jose'] as const

/** A signed-in browser's token, and a look at what another token would open. */
async function signedIn(sealer: (typeof sealers)[number], cacheSize = 1000) {
  const scene = makeScene({ sealer, cacheSize })
  const { cookie } = await request(scene.manager, undefined, async (session) => {
    await session.login('user-1')
    session.data['role'] = 'user'
  })
  const opens = async (token: string) =>
    (await request(scene.manager, `${name}=${token}`)).session.userId
  const claims = {
    jti: scene.env.ids.mint('user-1'),
    iat: t0 / 1000,
    exp: t0 / 1000 + 3600,
    record: [t0, t0, t0, t0 + day, day, 0, true, t0, 'user-1', null],
    codec: 'json',
    data: '{}',
  }
  return { ...scene, token: tokenOf(cookie), opens, claims }
}

/** A token by jose, of our key, as whoever holds the secret could make it. */
function forge(claims: object, { header, key }: SealKey, words: object = {}): Promise<string> {
  const plain = Buffer.from(JSON.stringify(claims))
  return new CompactEncrypt(plain).setProtectedHeader({ ...header, ...words }).encrypt(key)
}

function firstOf<Item>([item]: readonly Item[]): Item {
  if (item === undefined) throw new Error('There is none')
  return item
}

describe.each(sealers)('sealed by %s', (sealer) => {
  test('I-01 a token with any one character changed to any other, or a segment of another token, opens nothing', async () => {
    const { token, opens, manager } = await signedIn(sealer)
    expect(await opens(token)).toBe('user-1')
    for (let at = 0; at < token.length; at++)
      for (const other of ['A', 'B', 'g', '.', '='].filter((each) => each !== token[at]))
        expect(await opens(token.slice(0, at) + other + token.slice(at + 1))).toBe(undefined)
    const another = tokenOf(
      (await request(manager, undefined, ({ data }) => (data['n'] = 1))).cookie,
    )
    const [mine, theirs] = [token.split('.'), another.split('.')]
    for (const at of [2, 3, 4])
      expect(await opens(mine.with(at, theirs[at] ?? '').join('.'))).toBe(undefined)
  })

  test('I-01 a token with any one bit of any byte flipped opens nothing', async () => {
    const { token, opens } = await signedIn(sealer)
    const segments = token.split('.')
    for (const [place, segment] of segments.entries()) {
      const bytes = Buffer.from(segment, 'base64url')
      for (let bit = 0; bit < 8 * bytes.length; bit += sealer === 'node' ? 1 : 5) {
        const flipped = Buffer.from(bytes)
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(await opens(segments.with(place, flipped.toString('base64url')).join('.'))).toBe(
          undefined,
        )
      }
    }
  })

  test('I-02 a JWS, an unsecured JWT, 4 or 6 segments, the JSON serialisation and nothing open nothing', async () => {
    const { token, opens, claims, keys } = await signedIn(sealer)
    const { key, header } = firstOf(keys)
    const flattened = await new FlattenedEncrypt(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ ...header })
      .encrypt(key)
    const tokens = [
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key),
      new UnsecuredJWT(claims).encode(),
      token.split('.').slice(0, 4).join('.'),
      `${token}.${token.split('.')[4]}`,
      encodeURIComponent(JSON.stringify(flattened)),
      '',
      '....',
    ]
    for (const each of tokens) expect(await opens(each)).toBe(undefined)
  })

  test('I-03 a tag or an iv of another length opens nothing', async () => {
    const { token, opens } = await signedIn(sealer)
    const resized = (place: number, length: number) => {
      const segments = token.split('.')
      const bytes = Buffer.alloc(length)
      Buffer.from(segments[place] ?? '', 'base64url').copy(bytes)
      return segments.with(place, bytes.toString('base64url')).join('.')
    }
    expect(resized(4, 16)).toBe(token)
    for (const length of [0, 1, 4, 8, 12, 15, 17])
      expect(await opens(resized(4, length))).toBe(undefined)
    for (const length of [0, 11, 13]) expect(await opens(resized(2, length))).toBe(undefined)
  })

  test('I-05 claims that are missing, of a wrong type, of the past or of the future open nothing', async () => {
    const { opens, claims, keys } = await signedIn(sealer)
    const key = firstOf(keys)
    expect(await opens(await forge(claims, key))).toBe('user-1')
    const now = t0 / 1000
    const wrong: Record<string, unknown>[] = [
      { exp: undefined },
      { exp: String(now + 60) },
      { exp: now },
      { exp: now - 60 },
      { exp: Number.NaN },
      { iat: undefined },
      { iat: now + 120 },
      { iat: String(now) },
      { nbf: now + 120 },
      { nbf: 'later' },
      { jti: undefined },
      { jti: '__proto__' },
      { jti: 7 },
      { record: undefined },
      { record: [] },
      { record: claims.record.with(3, t0) }, // the absolute limit is over, whatever exp says
      { record: claims.record.with(5, 'many') },
      { record: [...claims.record, null] }, // neither leaving nor a stamp
      { record: [...claims.record, null, 7] },
      { record: [...claims.record, false, 'stamp'] },
      { record: [...claims.record, true, null] },
      ...[
        [{ method: 'password', at: t0 }],
        [[{ method: 'password' }]],
        [[{ method: 7, at: t0 }]],
        [['password', t0]],
        [null, 'sue'],
        [null, { userId: 'sue' }],
        [null, { userId: 'sue', sessionId: 7, authority: 0 }],
        [null, { userId: 'sue', sessionId: 'g.h', authority: '0' }],
        [null, null, ['hash']],
        [null, null, { agent: 7 }],
        [null, null, null, '3'],
        [null, null, null, null],
        [null, null, null, 3, 'a field of a later version'],
      ].map((fields) => ({ record: [...claims.record, null, null, null, ...fields] })),
      { codec: 'unknown' },
      { data: undefined },
      { data: 7 },
    ]
    for (const words of wrong)
      expect(await opens(await forge({ ...claims, ...words }, key)), JSON.stringify(words)).toBe(
        undefined,
      )
  })

  test('I-06 a compressed token is refused without inflating it', async () => {
    const { opens, claims, keys } = await signedIn(sealer)
    const { key, header } = firstOf(keys)
    const encrypt = (bytes: Uint8Array, words = {}) =>
      new CompactEncrypt(bytes).setProtectedHeader({ ...header, ...words }).encrypt(key)
    const tokens: string[] = []
    for (const text of [JSON.stringify(claims), `${JSON.stringify(claims)}${' '.repeat(5e6)}`])
      tokens.push(
        await encrypt(Buffer.from(text), { zip: 'DEF' }),
        await encrypt(deflateRawSync(text)),
      )
    const before = process.memoryUsage().arrayBuffers
    for (const token of tokens) expect(await opens(token)).toBe(undefined)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4e6)
  })

  test('I-08 another alg or enc, with the right key or a costly one, is refused', async () => {
    const { opens, claims, keys } = await signedIn(sealer)
    const { key, header } = firstOf(keys)
    const plain = Buffer.from(JSON.stringify(claims))
    const bit512 = createSecretKey(Buffer.concat([key.export(), key.export()]))
    const tokens = [
      await new CompactEncrypt(plain)
        .setProtectedHeader({ ...header, alg: 'A256GCMKW' })
        .encrypt(key),
      await new CompactEncrypt(plain).setProtectedHeader({ ...header, alg: 'A256KW' }).encrypt(key),
      await new CompactEncrypt(plain)
        .setProtectedHeader({ ...header, enc: 'A256CBC-HS512' })
        .encrypt(bit512),
      ...['PBES2-HS512+A256KW', 'RSA-OAEP', 'ECDH-ES'].map((alg) =>
        headed({ ...header, alg, p2c: 2 ** 31, p2s: 'AAAAAAAAAAA' }),
      ),
    ]
    for (const token of tokens) expect(await opens(token)).toBe(undefined)
  })

  test('I-09 a token of another purpose, cookie, secret or typ opens nothing', async () => {
    const { opens, claims, env, keys } = await signedIn(sealer)
    const mine = firstOf(keys)
    const others = [
      firstOf(env.keyring.derive('token')()),
      firstOf(env.keyring.derive('csrf')()),
      firstOf(makeScene({ config: { cookieName: '__Host-admin' } }).keys).key,
      firstOf(makeScene({ config: { secretKey: randomBytes(32).toString('base64') } }).keys).key,
    ]
    for (const key of others)
      expect(await opens(await forge(claims, { ...mine, key }))).toBe(undefined)
    expect(await opens(await forge(claims, mine, { typ: 'JWT' }))).toBe(undefined)
    expect(await opens(await forge(claims, mine, { kid: 'AAAAAAAA' }))).toBe(undefined)
    expect(await opens(await forge(claims, mine, { kid: '__proto__' }))).toBe(undefined)
  })

  test('I-11 a header that says more than ours is refused, by its spelling', async () => {
    const { opens, claims, keys } = await signedIn(sealer)
    const key = firstOf(keys)
    for (const words of [{ jku: 'https://example.com' }, { jwk: { kty: 'oct' } }, { x5u: 'x' }])
      expect(await opens(await forge(claims, key, words))).toBe(undefined)
    expect(await opens(headed({ ...key.header, crit: ['exp'], exp: 1 }))).toBe(undefined)
  })

  test('I-12 without revocations a captured cookie outlives a logout, as supports says, until it expires', async () => {
    const { token, opens, manager, clock } = await signedIn(sealer)
    const out = await request(manager, `${name}=${token}`, (session) => session.destroy())
    expect(out.setCookies[0]).toMatch(/^__Host-sid=; .*Max-Age=0/)
    expect(manager.supports.revocation).toBe(false)
    expect(await opens(token)).toBe('user-1')
    expect(await opens(token.replace('.', '=.'))).toBe(undefined)
    clock.now += day + minute
    expect(await opens(token)).toBe(undefined)
  })

  test('I-12 with revocations it is dead at once, in every spelling', async () => {
    const { manager } = makeScene({ sealer, revocations: referenceBackend() })
    const { cookie } = await request(manager, undefined, (session) => session.login('user-1'))
    await request(manager, cookie, (session) => session.destroy())
    for (const replayed of [cookie, cookie?.replace('.', '=.'), `${cookie}=`])
      expect((await request(manager, replayed)).session.userId).toBe(undefined)
    expect((await request(manager, cookie)).session.ended).toBe('logout')
  })

  test('I-13 without revocations an old cookie brings old data back; with them rotate() ends that', async () => {
    const alone = await signedIn(sealer)
    const drop = (session: { data: Record<string, unknown>; rotate(): void }) => {
      session.data['role'] = 'guest'
      session.rotate()
    }
    const old = `${name}=${alone.token}`
    await request(alone.manager, old, drop)
    expect((await request(alone.manager, old)).session.data).toEqual({ role: 'user' })

    const { manager } = makeScene({ sealer, revocations: referenceBackend() })
    const { cookie } = await request(manager, undefined, async (session) => {
      session.data['role'] = 'user'
      await session.login('user-1')
    })
    await request(manager, cookie, drop)
    expect((await request(manager, cookie)).session.ended).toBe('stale')
  })

  test('I-14 no data stands in the cookie, and the same data sealed twice looks different', async () => {
    const { manager } = makeScene({ sealer })
    const make = async () =>
      tokenOf((await request(manager, undefined, ({ data }) => (data['pin'] = 'hunter2'))).cookie)
    const [one, two] = [await make(), await make()]
    const decoded = one.split('.').map((segment) => Buffer.from(segment, 'base64url').toString())
    expect(`${one}${decoded.join()}`).not.toMatch(/hunter2|pin|user/)
    expect(one.split('.')[3]).not.toBe(two.split('.')[3])
  })

  test('I-15 of many seals no two have the same iv', async () => {
    const ivs = await ivsOf(makeScene({ sealer, cacheSize: 0 }), 2_000)
    expect(new Set(ivs).size).toBe(2_000)
  })

  test('I-16 all failures look alike from outside: status, headers and body', async () => {
    const { manager, token, claims, keys, discarded } = await signedIn(sealer)
    const url = await serve(manager, (session) => session.userId ?? 'nobody')
    const key = firstOf(keys)
    const tokens = {
      malformed: 'rubbish',
      forged: `${token.slice(0, -22)}${'A'.repeat(22)}`,
      corrupt: await forge({ ...claims, record: [] }, key),
      expired: await forge({ ...claims, exp: 1 }, key),
      ofAnother: await forge(claims, key, { kid: 'AAAAAAAA' }),
    }
    const answers = new Set<string>()
    for (const each of Object.values(tokens)) {
      const response = await fetch(url, { headers: { cookie: `${name}=${each}` } })
      const headers = [...response.headers].filter(([header]) => header !== 'date')
      answers.add(JSON.stringify([response.status, headers, await response.text()]))
    }
    expect(answers.size).toBe(1)
    expect([...answers][0]).toMatch(/^\[200,.*"nobody"\]$/)
    expect(discarded.map((event) => (event as { why: string }).why)).toEqual([
      'malformed',
      'forged',
      'corrupt',
      'expired',
      'forged',
    ])
  })
})

test('I-16 the secret stands in no event and no error', async () => {
  const { discarded, manager } = makeScene()
  await request(manager, `${name}=rubbish`)
  expect(JSON.stringify(discarded)).not.toContain(secret)
})

/** A token of any header, its other segments as long as they should be. */
function headed(header: object): string {
  const text = (bytes: Buffer) => bytes.toString('base64url')
  const rest = [randomBytes(12), randomBytes(80), randomBytes(16)].map(text)
  return [text(Buffer.from(JSON.stringify(header))), '', ...rest].join('.')
}
