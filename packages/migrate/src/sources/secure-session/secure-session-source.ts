import { check, checkOptions } from '@sojourn/core/store'
import { loadOnce } from '../load-once.ts'
import { isEmpty, keyOfSeal } from '../sealed-data.ts'
import {
  checkSourceOptions,
  type ForeignData,
  type SessionSource,
  type SourceOptions,
  sourceOptionNames,
  type VerifiedCookie,
} from '../source.ts'
import { openSecretbox, type Sodium } from './secretbox.ts'

/** Options of `secureSessionSource`: those of \@fastify/secure-session, with either `key` or `secret`. */
export interface SecureSessionOptions<Data extends object = ForeignData>
  extends SourceOptions<Data> {
  /** The option `key`: 32 bytes, or base64 of them, or a list of such keys, of which each is tried. */
  readonly key?: SealingKey | readonly SealingKey[]
  /** The option `secret`, from which the plugin derives the key if it has no `key`. */
  readonly secret?: string | Uint8Array
  /** The option `salt`, 16 bytes or characters, for `secret`. @default that of the plugin */
  readonly salt?: string | Uint8Array
  /** The option `cookieName`, or if there is none `sessionName`. @default 'session' */
  readonly cookieName?: string
  /** The option `expiry`, in seconds. @default 86401 */
  readonly expiry?: number
}

/** A key of secretbox: 32 bytes, or base64 of them. */
export type SealingKey = string | Uint8Array

/**
 * Returns the sessions of \@fastify/secure-session 7 and 8, as the source of a migration. They are sealed in their cookies, and
 * end `expiry` after the time `__ts` in them: that of the last change, in version 7 of the first. Those without that time, of
 * the first releases of version 7 and earlier ones, are only opened if the option `until` says when the migration ends.
 *
 * Its data is what `request.session.data()` returns. Needs the package sodium-native, which the plugin has too.
 * @see docs/how-to/migrate-from-fastify-secure-session.md
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for wrong options; with the first old cookie, if sodium-native is missing.
 * @example
 * const store = migrateStore({
 *   from: secureSessionSource({ key: readFileSync('secret-key'), userId: ({ user }) => user?.id }),
 *   to: nodeRedisStore(client),
 * })
 */
export function secureSessionSource<Data extends object = ForeignData>(
  options: SecureSessionOptions<Data>,
): SessionSource {
  const {
    cookieName = 'session',
    expiry = 86_401,
    until,
  } = checkOptions(options, known, 'secureSessionSource()')
  checkSourceOptions(options)
  check(
    typeof cookieName === 'string' && cookieName !== '',
    'cookieName is no text',
    "Give the name of the cookie: 'session'",
  )
  check(
    Number.isFinite(expiry) && expiry > 0,
    `expiry is ${expiry}`,
    'Give the seconds that secure-session had',
  )
  const loadKeys = keysOf(options)
  const load = loadOnce(async () => {
    const sodium = await loadSodium()
    return { sodium, keys: await loadKeys(sodium) }
  })

  return {
    library: '@fastify/secure-session',
    cookieNames: [cookieName],
    options: options as SourceOptions,
    async verify(cookies, at) {
      const values = cookies.get(cookieName) ?? []
      const { sodium, keys } = await load()
      return values.flatMap((value) => {
        const opened = openSecretbox(value, keys, sodium)
        return opened ? sessionOf(keyOfSeal(value), opened, { at, expiry, until }) : []
      })
    },
  }
}

const known = {
  ...sourceOptionNames,
  key: true,
  secret: true,
  salt: true,
  cookieName: true,
  expiry: true,
} as const

function sessionOf(
  key: string,
  { __ts: sealedAt, ...data }: ForeignData,
  { at, expiry, until }: { at: number; expiry: number; until: SourceOptions['until'] },
): readonly VerifiedCookie[] {
  if (sealedAt === undefined)
    return until === undefined || isEmpty(data) ? [] : [{ key, session: { data } }]
  const expiresAt = (sealedAt + expiry) * 1000
  if (!Number.isFinite(sealedAt) || expiresAt <= at || isEmpty(data)) return []
  return [{ key, session: { data, expiresAt, maxAge: expiry * 1000 } }]
}

const loadSodium = loadOnce(
  async (): Promise<Sodium> => (await import('sodium-native')).default,
  'secureSessionSource() needs the package sodium-native, which cannot be loaded. Install it where the application runs: npm install sodium-native',
)

const keyLength = 32

/** The salt of secure-session without the option. */
const defaultSalt = Buffer.from('mq9hDxBVDbspDR6nLfFT1g==', 'base64')

/** Returns what makes the keys of the options, which it checks now. */
function keysOf<Data extends object>({
  key,
  secret,
  salt = defaultSalt,
}: SecureSessionOptions<Data>): (sodium: Sodium) => Promise<readonly Buffer[]> {
  check(
    (key === undefined) !== (secret === undefined),
    'secureSessionSource() takes a key or a secret',
    'Give the one that secure-session used: its key if it had both',
  )
  if (secret === undefined) {
    const keys = [key ?? []].flat().map(toBuffer('base64'))
    check(
      keys.length > 0 && keys.every(({ length }) => length === keyLength),
      'key holds something else than keys of 32 bytes',
      'Give the key of secure-session: a Buffer, or base64, or a list of them',
    )
    return async () => keys
  }
  const [secretBytes, saltBytes] = [toBuffer('utf8')(secret), toBuffer('ascii')(salt)]
  check(secretBytes.length >= 32, 'secret has fewer than 32 bytes', 'Give that of secure-session')
  check(saltBytes.length === 16, 'salt has not 16 bytes', 'Give that of secure-session')
  return async (sodium) => [await deriveKey(secretBytes, saltBytes, sodium)]
}

function toBuffer(encoding: BufferEncoding): (value: string | Uint8Array) => Buffer {
  return (value) => (typeof value === 'string' ? Buffer.from(value, encoding) : Buffer.from(value))
}

/** Derives a key as secure-session does: Argon2id with 256 MiB. Takes about a second of a thread of its own. */
function deriveKey(secret: Buffer, salt: Buffer, sodium: Sodium): Promise<Buffer> {
  const key = Buffer.alloc(keyLength)
  return new Promise((resolve, reject) =>
    sodium.crypto_pwhash_async(
      key,
      secret,
      salt,
      sodium.crypto_pwhash_OPSLIMIT_MODERATE,
      sodium.crypto_pwhash_MEMLIMIT_MODERATE,
      sodium.crypto_pwhash_ALG_DEFAULT,
      (error) => (error ? reject(error) : resolve(key)),
    ),
  )
}
