import { check, checkOptions } from '@sojourn/core/store'
import { type SigningKeys, signedCookieNames, signedCookieReader } from '../keygrip-cookie.ts'
import { isEmpty, keyOfSeal, parseObject } from '../sealed-data.ts'
import {
  checkSourceOptions,
  type ForeignData,
  type SessionSource,
  type SourceOptions,
  sourceOptionNames,
} from '../source.ts'

/** Options of `cookieSessionSource`: those of cookie-session, and when the migration ends. */
export interface CookieSessionOptions<Data extends object = ForeignData>
  extends SourceOptions<Data> {
  /** The option `keys` of cookie-session; for its option `secret`, a list of that one. */
  readonly keys: SigningKeys
  /** The option `name` of cookie-session. Version 1 calls its cookie `express:sess`. @default 'session' */
  readonly name?: string
  /** When the migration ends. Required, because the cookies of cookie-session hold no time and so never expire. */
  readonly until: Date | number
}

/**
 * Returns the sessions of cookie-session 1.4 and 2, as the source of a migration. They are in their cookies, signed but not
 * encrypted.
 *
 * Such a cookie holds the data and nothing else, so browsers whose sessions have equal data have equal cookies. Each of them
 * gets a session of its own; and once one of these sessions has ended, by a logout for example, no equal cookie opens any more.
 * @see docs/how-to/migrate-from-cookie-session.md
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for wrong options.
 * @example
 * const store = migrateStore({
 *   from: cookieSessionSource({
 *     keys: [OLD_SECRET],
 *     userId: ({ passport }) => passport?.user,
 *     until: new Date('2027-01-31'),
 *   }),
 *   to: nodeRedisStore(client),
 * })
 */
export function cookieSessionSource<Data extends object = ForeignData>(
  options: CookieSessionOptions<Data>,
): SessionSource {
  const { name = 'session', keys, until } = checkOptions(options, known, 'cookieSessionSource()')
  checkSourceOptions(options)
  check(
    typeof name === 'string' && name !== '',
    'name is no text',
    "Give the name of the cookie: 'session', or 'express:sess' of cookie-session 1",
  )
  check(
    until !== undefined,
    'until is missing',
    "Give a Date, such as new Date('2030-02-01'): these cookies never expire by themselves",
  )
  const read = signedCookieReader(name, keys)

  return {
    library: 'cookie-session',
    cookieNames: signedCookieNames(name),
    options: options as SourceOptions,
    hasEqualCookies: true,
    verify: (cookies) =>
      read(cookies).flatMap((value) => {
        const data = parseObject(Buffer.from(value, 'base64').toString())
        return data && !isEmpty(data) ? [{ key: keyOfSeal(value), session: { data } }] : []
      }),
  }
}

const known = { ...sourceOptionNames, keys: true, name: true } as const
