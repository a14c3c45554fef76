import { createHmac } from 'node:crypto'
import { check, mintVersion, type SessionRecord, type StoreEnv } from '@sojourn/core/store'
import type { RedisClient } from '../redis-records.ts'
import { runInTime } from '../run-in-time.ts'
import { type GoData, stampKey } from './go-data.ts'
import { formatRecord, parseRecord, type SessionXRecord } from './record.ts'
import { hashParts, type Stamp } from './shared-data.ts'

/** A client of Redis that can also write: one of node-redis or ioredis. */
export interface WritingClient extends RedisClient {
  set?(key: string, value: string, ...options: never[]): Promise<unknown>
}

/** The records of SessionX, read and written. */
export type SharedRecords = ReturnType<typeof createSharedRecords>

/** A record, and its text as it is stored. */
export interface StoredRecord extends SessionXRecord {
  readonly text: string
}

/** Returns the records that Sojourn shares with Go services. Each call settles within `storeTimeout` (P8). */
export function createSharedRecords(
  { client, prefix }: { readonly client: WritingClient; readonly prefix: string },
  env: StoreEnv,
) {
  const run = runInTime('a SessionX record', env)
  const commands = commandsOf(client)
  const idKey = env.keyring.deriveIndex('sessionx-id')

  return {
    /**
     * Returns the id that SessionX has for a session of ours: 16 bytes as base64url, like those it makes itself. Nobody can
     * derive it from the id of the session, which is not secret.
     */
    idOf: (id: string): string =>
      createHmac('sha256', idKey).update(id).digest().subarray(0, 16).toString('base64url'),

    /** Returns a record; `undefined` if there is none, or nothing that SessionX could read. */
    async read(key: string): Promise<StoredRecord | undefined> {
      return parse(await run('find', () => commands.get(prefix + key)))
    },

    /** Writes a record that is kept for `ms`, and returns the one before, in one step. */
    async replace(key: string, text: string, ms: number): Promise<StoredRecord | undefined> {
      const ttl = Math.max(Math.ceil(ms), 1)
      return parse(await run('replace', () => commands.set(prefix + key, text, ttl)))
    },

    /** Keeps a record for `ms` from now on. */
    expire: (key: string, ms: number) => run('touch', () => commands.pExpire(prefix + key, ms)),

    remove: (key: string) => run('remove', () => client.del(prefix + key)),
  }
}

/**
 * Returns the text of a record. `RotatedAt` is in the future, when the session ends at the latest, so that Go services do not
 * rotate the id by age: that would leave this record behind, still valid.
 */
export function formatShared(
  key: string,
  { id, createdAt, absoluteExpiresAt }: SessionRecord,
  { data, user, at }: { data: GoData; user: string | undefined; at: number },
): string {
  const stamp: Stamp = {
    id,
    ...(user === undefined ? {} : { user }),
    tag: mintVersion().slice(0, 8),
    parts: hashParts(data),
  }
  return formatRecord({
    id: key,
    data: { ...data, [stampKey]: stamp },
    createdAt,
    updatedAt: at,
    rotatedAt: absoluteExpiresAt,
  })
}

function parse(text: unknown): StoredRecord | undefined {
  if (typeof text !== 'string') return undefined
  const record = parseRecord(text)
  return record && { ...record, text }
}

/** Returns the commands of a client. node-redis takes the options of SET as an object, ioredis as words. */
function commandsOf(client: WritingClient) {
  const { set, pTTL, pExpire, pexpire } = Object(client)
  const expire = pExpire ?? pexpire
  check(
    typeof set === 'function' && typeof expire === 'function',
    'client cannot write, which dual needs',
    'Give a client of redis (node-redis) or ioredis',
  )
  const isNodeRedis = typeof pTTL === 'function'
  return {
    get: (key: string): Promise<unknown> => client.get(key),
    set: (key: string, text: string, ms: number): Promise<unknown> =>
      isNodeRedis
        ? set.call(client, key, text, { PX: ms, GET: true })
        : set.call(client, key, text, 'PX', ms, 'GET'),
    pExpire: (key: string, ms: number): Promise<unknown> => expire.call(client, key, ms),
  }
}
