import { createHmac, randomBytes } from 'node:crypto'
import { check } from '@sojourn/core/store'
import type { OldData, OldRecords } from '../../bridge/old-records.ts'
import type { RedisClient } from '../redis-records.ts'
import { redisTexts } from '../redis-texts.ts'
import type { SigningSecret } from './signed-cookie.ts'

/** What servers with express-session expect of a session, for new servers that run beside them. */
export interface OldServers {
  /** The option `cookie` of express-session; `maxAge` in ms. @default that of express-session */
  readonly cookie?: OldCookie
  /**
   * Changes the data of a session as the old servers do at a login. Needed with the option `userId`, which must find the user
   * in it then.
   * @example
   * logIn: (data, userId) => {
   *   data.passport = { user: userId }
   * }
   */
  readonly logIn?: (data: OldData, userId: string) => void
}

/** The option `cookie` of express-session. */
export interface OldCookie {
  /** In ms. @default until the browser closes */
  readonly maxAge?: number | null
  /** @default '/' */
  readonly path?: string
  /** @default this host only */
  readonly domain?: string
  /** @default false */
  readonly secure?: boolean
  /** @default true */
  readonly httpOnly?: boolean
  /** @default none */
  readonly sameSite?: boolean | 'lax' | 'strict' | 'none'
}

/** How long connect-redis keeps a session whose cookie has no `maxAge`, in ms. */
const defaultTtlMs = 86_400_000

/** What `expressRecords` needs of the options of `expressSessionSource`. */
export interface ExpressRecordsOptions {
  readonly client: RedisClient
  readonly prefix: string
  readonly serializer: { parse(text: string): unknown; stringify?(value: unknown): string }
  /** The secret that signs. */
  readonly secret: SigningSecret
  readonly name: string
  readonly oldServers: OldServers
}

/** Returns the records that connect-redis keeps, for new servers that write them too. */
export function expressRecords(options: ExpressRecordsOptions): OldRecords {
  const { client, prefix, serializer, secret, name, oldServers } = options
  const { cookie = {}, logIn } = oldServers
  const { maxAge = null, path = '/', httpOnly = true, ...attributes } = cookie
  check(
    maxAge === null || (Number.isSafeInteger(maxAge) && maxAge > 0),
    `oldServers.cookie.maxAge is ${String(maxAge)}`,
    'Give the number of ms that express-session has',
  )

  return {
    texts: redisTexts(client),
    nameOf: (key) => prefix + key,
    noteNameOf: (note) => `sojourn-bridge:${prefix}${note}`,
    newKey: () => randomBytes(24).toString('base64url'),
    parse(text) {
      const { cookie: fields, ...data } = Object(parse(text, serializer))
      return typeof fields === 'object' && fields !== null ? { data, fields } : undefined
    },
    format({ data, fields }, at) {
      const lifetime = lifetimeOf(fields)
      const expires = lifetime === undefined ? null : new Date(at + lifetime)
      return (serializer.stringify ?? JSON.stringify).call(serializer, {
        cookie: { ...fields, expires },
        ...data,
      })
    },
    lifetimeOf: (fields) => lifetimeOf(fields) ?? defaultTtlMs,
    newFields: () => ({ originalMaxAge: maxAge, expires: null, ...attributes, httpOnly, path }),
    logIn: (data, userId) => logIn?.(data, userId),
    canKeep: (key) => !unkeepable.has(key) && !(key in Object.prototype),
    cookieLine({ key, fields }, present) {
      const mac = createHmac('sha256', secret).update(key).digest('base64').replace(/=+$/, '')
      const value = encodeURIComponent(`s:${key}.${mac}`)
      const values = present?.get(name) ?? []
      if (values.length === 1 && decodeURIComponent(values[0] ?? '') === `s:${key}.${mac}`)
        return undefined
      return `${name}=${value}${attributesOf(fields)}`
    },
  }
}

/** What `req.session` of express-session has itself, and so neither reads from a record nor writes into one. */
const unkeepable = new Set([
  'cookie',
  'req',
  'id',
  'touch',
  'resetMaxAge',
  'save',
  'reload',
  'destroy',
  'regenerate',
])

function parse(text: string, serializer: ExpressRecordsOptions['serializer']): unknown {
  try {
    return serializer.parse(text)
  } catch {
    return undefined
  }
}

/** Returns how long a session lives, in ms; `undefined` for one that ends with the browser. */
function lifetimeOf(fields: object): number | undefined {
  const { originalMaxAge } = Object(fields)
  return Number.isFinite(originalMaxAge) && originalMaxAge > 0 ? originalMaxAge : undefined
}

/** Returns the attributes of a cookie as express-session sends them. */
function attributesOf(fields: object): string {
  const { path, domain, httpOnly, secure, sameSite, partitioned } = Object(fields)
  const lifetime = lifetimeOf(fields)
  const site = sameSite === true ? 'strict' : sameSite
  return [
    ...(path ? [`Path=${path}`] : []),
    ...(domain ? [`Domain=${domain}`] : []),
    ...(lifetime === undefined ? [] : [`Max-Age=${Math.floor(lifetime / 1000)}`]),
    ...(httpOnly ? ['HttpOnly'] : []),
    ...(secure ? ['Secure'] : []),
    ...(partitioned ? ['Partitioned'] : []),
    ...(site ? [`SameSite=${String(site)[0]?.toUpperCase()}${String(site).slice(1)}`] : []),
  ]
    .map((attribute) => `; ${attribute}`)
    .join('')
}
