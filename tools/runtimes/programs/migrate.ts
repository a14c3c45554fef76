import { randomBytes } from 'node:crypto'
import { migrateStore, type SessionSource } from '@sojourn/migrate'
import { secureSessionSource } from '@sojourn/migrate/fastify-secure-session'
import { honoSessionSource } from '@sojourn/migrate/hono-session'
import { ironSessionSource } from '@sojourn/migrate/iron-session'
import { memoryStore } from '@sojourn/store-memory'
import { defaults, seal } from 'iron-webcrypto'
import { EncryptJWT } from 'jose'
import sodium from 'sodium-native'
import { createManager } from './page.ts'
import { check } from './round-trip.ts'

interface OldData {
  readonly user?: string
}

const userId = ({ user }: OldData) => user

/** For each optional peer, a cookie that is sealed with it is opened: its user is logged in. */
export async function prove(): Promise<void> {
  await open('iron', ...(await iron()))
  await open('secure', ...secure())
  await open('hono', ...(await hono()))
}

async function open(name: string, source: SessionSource, value: string): Promise<void> {
  const manager = createManager(migrateStore({ from: source, to: memoryStore() }))
  const { userId } = await manager.read({ cookie: `${name}=${value}` })
  check(`The user of a cookie of ${source.library}`, 'ada', userId)
}

async function iron(): Promise<[SessionSource, string]> {
  const password = randomBytes(32).toString('base64')
  const ttl = 3600 * 1000
  const sealed = await seal({ user: 'ada' }, { id: '1', secret: password }, { ...defaults, ttl })
  return [
    ironSessionSource<OldData>({ cookieName: 'iron', password, ttl: 3600, userId }),
    `${sealed}~2`,
  ]
}

function secure(): [SessionSource, string] {
  const key = randomBytes(32)
  const nonce = randomBytes(24)
  const text = Buffer.from(JSON.stringify({ user: 'ada', __ts: Math.floor(Date.now()) }))
  const box = Buffer.alloc(text.length + sodium.crypto_secretbox_MACBYTES)
  sodium.crypto_secretbox_easy(box, text, nonce, key)
  const value = encodeURIComponent(`${box.toString('base64')};${nonce.toString('base64')}`)
  return [secureSessionSource<OldData>({ cookieName: 'secure', key, userId }), value]
}

async function hono(): Promise<[SessionSource, string]> {
  const secret = randomBytes(32)
  const value = await new EncryptJWT({ user: 'ada', sid: 'the id of the old session' })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .encrypt(secret)
  return [honoSessionSource<OldData>({ cookieName: 'hono', secret, userId }), value]
}
