import { check, checkOptions, type ForeignCookies } from '@sojourn/core/store'
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
import type { Passwords } from './passwords.ts'
import { type Iron, openSeal } from './seal.ts'

/** Options of `ironSessionSource`: those of iron-session. */
export interface IronSessionOptions<Data extends object = ForeignData> extends SourceOptions<Data> {
  /** The option `cookieName` of iron-session. */
  readonly cookieName: string
  /** The option `password` of iron-session: one, or several by their ids. */
  readonly password: string | Passwords
  /**
   * The option `ttl` of iron-session, in seconds. `0`, also for an application with `cookieOptions: { maxAge: undefined }`,
   * needs the option `until`, because such cookies never expire by themselves.
   * @default 1_209_600, which is 14 days
   */
  readonly ttl?: number
}

/**
 * Returns the sessions of iron-session 8 and 9, as the source of a migration. They are sealed in their cookies, of which
 * version 9 may have up to four for a session (`chunk: true`), and end when the seal says so.
 *
 * Needs the package iron-webcrypto 2, which iron-session 9 has too.
 * @see docs/how-to/migrate-from-iron-session.md
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for wrong options; with the first old cookie, if iron-webcrypto is missing.
 * @example
 * const store = migrateStore({
 *   from: ironSessionSource({ cookieName: 'app', password: OLD_PASSWORD, userId: ({ user }) => user?.id }),
 *   to: nodeRedisStore(client),
 * })
 */
export function ironSessionSource<Data extends object = ForeignData>(
  options: IronSessionOptions<Data>,
): SessionSource {
  const {
    cookieName,
    ttl = 14 * 86_400,
    until,
  } = checkOptions(options, known, 'ironSessionSource()')
  checkSourceOptions(options)
  check(
    typeof cookieName === 'string' && cookieName !== '',
    'cookieName is no text',
    'Give the name that iron-session had',
  )
  check(
    Number.isFinite(ttl) && (ttl > 0 || (ttl === 0 && until !== undefined)),
    `ttl is ${ttl}${ttl === 0 ? ', and until is not set' : ''}`,
    ttl === 0 ? 'Say in until when the migration ends' : 'Give the seconds that iron-session had',
  )
  const passwords = passwordsOf(options.password)

  return {
    library: 'iron-session',
    cookieNames: [cookieName, ...chunkNames(cookieName)],
    options: options as SourceOptions,
    async verify(cookies, at) {
      const iron = await loadIron()
      const seals = sealsIn(cookies, cookieName)
      const opened = seals.map(async (seal): Promise<readonly VerifiedCookie[]> => {
        const { data, expiresAt } = (await openSeal(seal, { passwords, at }, iron)) ?? {}
        const ends = expiresAt !== undefined || until !== undefined
        if (!data || isEmpty(data) || !ends) return []
        const session = {
          data,
          ...(expiresAt === undefined ? {} : { expiresAt }),
          ...(ttl === 0 ? {} : { maxAge: ttl * 1000 }),
        }
        return [{ key: keyOfSeal(seal), session }]
      })
      return (await Promise.all(opened)).flat()
    },
  }
}

const known = { ...sourceOptionNames, cookieName: true, password: true, ttl: true } as const

/** Returns the names of the cookies that a long seal is split into. */
function chunkNames(cookieName: string): readonly string[] {
  return [0, 1, 2, 3].map((index) => `${cookieName}.${index}`)
}

/**
 * Returns the seals of a request: whole ones, and that of the chunks before the first gap. iron-session prefers a whole one; here
 * two genuine ones are ambiguous, because a sibling domain may have planted the other.
 */
function sealsIn(cookies: ForeignCookies, cookieName: string): readonly string[] {
  const whole = (cookies.get(cookieName) ?? []).filter((seal) => seal !== '')
  const chunks = chunkNames(cookieName).map((name) => cookies.get(name)?.[0] || undefined)
  const gap = chunks.indexOf(undefined)
  const seal = chunks.slice(0, gap < 0 ? chunks.length : gap).join('')
  return seal === '' ? whole : [...whole, seal]
}

const loadIron = loadOnce(
  (): Promise<Iron> => import('iron-webcrypto'),
  'ironSessionSource() needs the package iron-webcrypto 2, which cannot be loaded. Install it where the application runs: npm install iron-webcrypto@2',
)

/** The fewest characters of a password of iron-session. */
const minPasswordLength = 32

function passwordsOf(password: IronSessionOptions['password']): Passwords {
  const passwords = typeof password === 'string' ? { 1: password } : Object(password)
  const entries = Object.entries(passwords)
  check(
    entries.length > 0 &&
      entries.every(
        ([id, value]) =>
          /^\d{1,15}$/.test(id) && typeof value === 'string' && value.length >= minPasswordLength,
      ),
    'password is neither a text of 32 characters or more, nor such texts by numbers',
    'Give the one that iron-session had',
  )
  return { ...passwords }
}
