import { createHmac, randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { describe, expect, test } from 'vitest'
import {
  type ForeignSession,
  migrateStore,
  type SessionSource,
  type SourceOptions,
} from '../../src/index.ts'

const start = Date.UTC(2030, 0, 1)
const day = 86_400_000
const minute = 60_000
const sign = (text: string) => createHmac('sha256', 'old').update(text).digest('base64url')

/** Returns the cookies of a session that is kept in them: its JSON, and a signature in a cookie of its own. */
function seal(session: ForeignSession): string {
  const text = Buffer.from(JSON.stringify(session)).toString('base64url')
  return `old=${text}; old.sig=${sign(text)}`
}

/** A library that keeps its sessions in cookies, which it cannot end. Its `verify` is a promise, as with WebCrypto. */
function sealedSource(options: SourceOptions = {}): SessionSource {
  return {
    library: 'sealed',
    cookieNames: ['old', 'old.sig'],
    options: { userId: ({ userId }) => userId, ...options },
    async verify(cookies) {
      const signatures = cookies.get('old.sig') ?? []
      return (cookies.get('old') ?? [])
        .filter((text) => signatures.includes(sign(text)))
        .map((text) => ({
          key: text,
          session: JSON.parse(Buffer.from(text, 'base64url').toString()),
        }))
    },
  }
}

function createWorld(options?: SourceOptions) {
  const clock = { now: start }
  const entries = new Map()
  const secret = randomBytes(32)
  const server = () =>
    createSessionManager<TestData>(
      devConfig(secret, {
        store: migrateStore({
          from: sealedSource(options),
          to: keyedStore(referenceBackend({ entries })),
        }),
        clock: () => clock.now,
        warn: () => undefined,
      }),
    )
  const forgetEnds = () => {
    clock.now += 60_000
    for (const [id, entry] of entries) if ('ended' in entry) entries.delete(id)
  }
  return { clock, entries, server, forgetEnds }
}

describe('a session that is sealed in its cookie', () => {
  test('is imported, and all its cookies are deleted', async () => {
    const { server } = createWorld()
    const ann = createVisitor<TestData>(server(), seal({ data: { userId: 'ann', n: 1 } }))
    await ann.request()
    expect(ann.cookie).toMatch(/^sid=[^;]+$/)
    expect(await ann.read()).toEqual({ data: { userId: 'ann', n: 1 }, userId: 'ann' })
  })

  test.each<[string, ForeignSession]>([
    ['that says when it expires', { data: { userId: 'ann' }, expiresAt: start + 10 * day }],
    ['that may live as long as a browser keeps it', { data: { userId: 'ann' } }],
  ])(
    '%s opens nothing after a logout, for as long as its cookie lives',
    async (_title, session) => {
      for (const isImported of [true, false]) {
        const { clock, server, forgetEnds } = createWorld()
        const cookie = seal(session)
        const ann = createVisitor<TestData>(server(), cookie)
        if (isImported) await ann.request()
        await ann.request((opened) => opened.destroy())
        for (let days = 0; days < 9; days++) {
          expect(await createVisitor(server(), cookie).read(), `day ${days}`).toBeNull()
          forgetEnds()
          clock.now += day
        }
      }
    },
  )

  test('is judged by its own times, and begins its absolute limit when it began', async () => {
    const { clock, server } = createWorld()
    const createdAt = start - 29 * day
    const cookie = seal({ data: {}, createdAt, expiresAt: start + day, maxAge: 12 * 3_600_000 })
    await createVisitor(server(), cookie).request(({ info }) => {
      const touchWindow = 60_000 // the idle limit is kept to within it
      expect(info).toMatchObject({ createdAt, expiresAt: start + 12 * 3_600_000 + touchWindow })
    })
    const other = seal({ data: { n: 1 }, expiresAt: start + day })
    const old = seal({ data: {}, createdAt: start - 31 * day })
    expect(await createVisitor(server(), old).read()).toBeNull() // beyond absoluteTimeout
    expect(await createVisitor(server(), other).read()).not.toBeNull()
    clock.now = start + day
    expect(await createVisitor(server(), other).read()).toBeNull()
  })

  test('that began in the future, by the clock of another server, lives no longer', async () => {
    const { server } = createWorld()
    const cookie = seal({ data: { n: 1 }, createdAt: start + 400 * day })
    await createVisitor(server(), cookie).request(({ info }) => {
      expect(info).toMatchObject({ createdAt: start, absoluteExpiresAt: start + 30 * day })
    })
  })

  test('that began after a revokeAll of its user is opened, an earlier one is not', async () => {
    const { clock, server } = createWorld()
    await server().revokeAll('ann')
    clock.now += day
    const before = seal({ data: { userId: 'ann' }, createdAt: start - 1 })
    const after = seal({ data: { userId: 'ann' }, createdAt: start + 2 * minute })
    expect(await createVisitor(server(), before).read()).toBeNull()
    expect(await createVisitor(server(), after).read()).toMatchObject({ userId: 'ann' })
  })

  test('that began between two revocations is ended by the second', async () => {
    const { clock, server } = createWorld()
    const between = seal({ data: { userId: 'ann' }, createdAt: start + day })
    await server().revokeAll('ann')
    clock.now = start + 2 * day
    expect(await createVisitor(server(), between).read()).toMatchObject({ userId: 'ann' })
    await server().revokeAll('ann')
    expect(await createVisitor(server(), between).read()).toBeNull()
  })

  test('that began by a clock which was ahead is revoked, and lives no longer (P9)', async () => {
    const { server } = createWorld()
    const cookies = [minute, day, 300 * day].map((ahead) =>
      seal({ data: { userId: 'ann' }, createdAt: start + ahead }),
    )
    for (const cookie of cookies)
      await createVisitor(server(), cookie).request(({ info }) => {
        expect(info?.absoluteExpiresAt).toBe(start + 30 * day)
      })
    const { server: other } = createWorld()
    await other().revokeAll('ann')
    for (const cookie of cookies) expect(await createVisitor(other(), cookie).read()).toBeNull()
  })

  test('is not opened after until, although its cookie lives on', async () => {
    const { clock, server } = createWorld({ until: start + day })
    const cookie = seal({ data: { userId: 'ann' } })
    const ann = createVisitor<TestData>(server(), cookie)
    await ann.request((session) => session.destroy())
    clock.now = start + day
    expect(await createVisitor(server(), cookie).read()).toBeNull()
    expect(await createVisitor(server(), seal({ data: {} })).read()).toBeNull()
  })

  test('of which half a pair is missing or of another one is not genuine', async () => {
    const { entries, server } = createWorld()
    const [text = '', signature = ''] = seal({ data: { n: 1 } }).split('; ')
    const [other = ''] = seal({ data: { n: 2 } }).split('; ')
    for (const cookie of [text, signature, `${other}; ${signature}`])
      expect(await createVisitor(server(), cookie).read()).toBeNull()
    expect(entries.size).toBe(0)
  })
})
