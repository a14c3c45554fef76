import { randomBytes } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { freshPrefix, startStandalone } from '@sojourn/redis-lab'
import { ioredisStore } from '@sojourn/store-ioredis'
import { afterAll, expect, test } from 'vitest'
import { connect } from './clients.ts'

const server = await startStandalone()
const client = await connect({ port: server.address.port })

afterAll(async () => {
  client.disconnect()
  await server.stop()
})

const secret = randomBytes(32)
/** Returns where the value of a row begins: behind its version tags, see docs/reference/redis-layout.md. */
const valueIn = (stored: Buffer) => 0x12 + 9 * (stored[0x11] ?? 0)

/** Returns a server, a way to log in there, and one that returns the user whom it finds for a cookie. */
function serve(prefix: string, signRows: boolean | 'write') {
  const store = ioredisStore(client, { prefix, signRows })
  const manager = createSessionManager(devConfig(secret, { store, warn: () => undefined }))
  return {
    async logIn(userId: string) {
      const visitor = createVisitor(manager)
      await visitor.request((session) => session.login(userId, { client: { name: 'Firefox' } }))
      const id = await visitor.request((session) => session.id)
      const [group, handle] = id.split('.')
      return { cookie: visitor.cookie, key: `${prefix}{${group}}:${handle}` }
    },
    userOf: (cookie: string | undefined) =>
      createVisitor(manager, cookie).request(({ userId }) => userId),
  }
}

async function read(key: string): Promise<Buffer> {
  return (await client.getBuffer(key)) ?? expect.fail(`${key} is there`)
}

const write = (key: string, bytes: Buffer) => client.set(key, bytes, 'KEEPTTL')

test('a writer of Redis changes no byte of a signed session without ending it', async () => {
  const { logIn, userOf } = serve(freshPrefix(), true)
  const { cookie, key } = await logIn('ada')
  const stored = await read(key)
  const valueAt = valueIn(stored)
  expect(stored[valueAt]).toBe(2)
  for (let at = 0; at < stored.length; at++) {
    const changed = Buffer.from(stored)
    changed[at] = (changed[at] ?? 0) ^ 1
    await write(key, changed)
    const user = await userOf(cookie).catch(() => undefined) // a damaged head is an error of the store
    if (at >= valueAt) expect(user, `byte ${at}`).toBeUndefined()
    else expect([undefined, 'ada'], `byte ${at}`).toContain(user)
  }
  await write(key, stored)
  expect(await userOf(cookie)).toBe('ada')
})

test('a writer of Redis cannot put the session of one user in the place of another', async () => {
  const { logIn, userOf } = serve(freshPrefix(), true)
  const [ada, eve, second] = [await logIn('ada'), await logIn('eve'), await logIn('ada')]
  const victim = await read(ada.key)
  for (const other of [eve, second]) {
    const own = await read(other.key)
    await write(other.key, victim)
    expect(await userOf(other.cookie)).toBeUndefined()
    await write(other.key, own)
    expect(await userOf(other.cookie)).toBe(other === eve ? 'eve' : 'ada')
  }
})

test('sessions from before the option open during the transition, and not after it', async () => {
  const prefix = freshPrefix()
  const { cookie } = await serve(prefix, false).logIn('ada')
  expect(await serve(prefix, 'write').userOf(cookie)).toBe('ada')
  expect(await serve(prefix, true).userOf(cookie)).toBeUndefined()
  const signed = await serve(prefix, 'write').logIn('bob')
  for (const mode of [true, 'write', false] as const)
    expect(await serve(prefix, mode).userOf(signed.cookie)).toBe('bob')
})
