import type { SessionSource } from '@sojourn/migrate'
import type { RedisClient } from '@sojourn/migrate/express-session'
import { usageFailure } from '../failure.ts'

/** What a source is made of. */
interface SourceInput {
  /** The client, and the prefix of the keys; `undefined` for a library that seals its sessions in cookies. */
  readonly client: RedisClient | undefined
  readonly prefix: string | undefined
  /** The name of the cookie. */
  readonly name: string
  readonly secrets: readonly string[]
}

/** A library whose sessions can be looked at. */
export interface Library {
  /** The prefix of its keys if nothing else was configured; `undefined` if its sessions are sealed in their cookies. */
  readonly prefix: string | undefined
  /** The name of its cookie if nothing else was configured; `undefined` if it has no default. */
  readonly cookieName: string | undefined
  /** True if its cookies are bare ids, which no secret signs. @default false */
  readonly hasBareCookies?: true
  /** Loads and makes its source. What opens sealed sessions is an optional peer, which may be missing. */
  source(input: SourceInput): Promise<SessionSource>
}

/** The libraries, by the value of `--from`. */
export const libraries: Readonly<Record<string, Library>> = {
  'express-session': {
    prefix: 'sess:',
    cookieName: 'connect.sid',
    source: async ({ secrets, name, ...input }) => {
      const { expressSessionSource } = await import('@sojourn/migrate/express-session')
      return expressSessionSource({ ...stored(input), name, secret: secrets })
    },
  },
  'cookie-session': {
    prefix: undefined,
    cookieName: 'session',
    source: async ({ secrets, name }) => {
      const { cookieSessionSource } = await import('@sojourn/migrate/cookie-session')
      return cookieSessionSource({ keys: secrets, name, until: never })
    },
  },
  'koa-session': {
    prefix: undefined,
    cookieName: 'koa.sess',
    source: async ({ secrets, name }) => {
      const { koaSessionSource } = await import('@sojourn/migrate/koa-session')
      return koaSessionSource({ keys: secrets, key: name, until: never })
    },
  },
  '@fastify/session': {
    prefix: 'sess:',
    cookieName: 'sessionId',
    source: async ({ secrets, name, ...input }) => {
      const { fastifySessionSource } = await import('@sojourn/migrate/fastify-session')
      return fastifySessionSource({ ...stored(input), cookieName: name, secret: secrets })
    },
  },
  '@fastify/secure-session': {
    prefix: undefined,
    cookieName: 'session',
    source: async ({ secrets, name }) => {
      const { secureSessionSource } = await import('@sojourn/migrate/fastify-secure-session')
      return secureSessionSource({ ...sealedBy(secrets), cookieName: name, until: never })
    },
  },
  'iron-session': {
    prefix: undefined,
    cookieName: undefined,
    source: async ({ secrets, name }) => {
      const { ironSessionSource } = await import('@sojourn/migrate/iron-session')
      return ironSessionSource({ password: byIds(secrets), cookieName: name, until: never })
    },
  },
  '@hono/session': {
    prefix: undefined,
    cookieName: 'sid',
    source: async ({ secrets, name }) => {
      const { honoSessionSource } = await import('@sojourn/migrate/hono-session')
      return honoSessionSource({ secret: onlyOf(secrets), cookieName: name, until: never })
    },
  },
  'hono-sessions': {
    prefix: undefined,
    cookieName: 'session',
    source: async ({ secrets, name }) => {
      const { honoSessionsSource } = await import('@sojourn/migrate/hono-sessions')
      return honoSessionsSource({
        encryptionKey: onlyOf(secrets),
        sessionCookieName: name,
        until: never,
      })
    },
  },
  sessionx: {
    prefix: 'sessionx:',
    cookieName: 'sessionx',
    hasBareCookies: true,
    source: async ({ name, ...input }) => {
      const { sessionXSource } = await import('@sojourn/migrate/sessionx')
      return sessionXSource({ ...stored(input), cookieName: name })
    },
  },
}

/** The check is over at once, whatever cookies say. In epoch ms. */
const never = 8.64e15

/** Of @fastify/secure-session: keys are 32 bytes in base64, and anything else is its `secret`. */
function sealedBy(secrets: readonly string[]) {
  const [secret = ''] = secrets
  const isKey = (text: string) => Buffer.from(text, 'base64').length === 32
  if (secrets.every(isKey)) return { key: secrets }
  if (secrets.length === 1) return { secret }
  throw usageFailure(
    'Several lines of --secret-file are keys of @fastify/secure-session, and one is no 32 bytes in base64.',
    'Give the keys in base64, or one secret.',
  )
}

/** Of a library that has one secret and no list. */
function onlyOf([secret = '', ...others]: readonly string[]): string {
  if (others.length === 0) return secret
  throw usageFailure('This library has one secret, and several are given.', 'Give one line.')
}

/** Of iron-session: one password, or several with the ids 1, 2 and so on. */
function byIds(secrets: readonly string[]) {
  const [password = ''] = secrets
  if (secrets.length === 1) return password
  return Object.fromEntries(secrets.map((secret, at) => [String(at + 1), secret]))
}

/** Returns the options of a library that has a store. */
function stored({ client, prefix }: Pick<SourceInput, 'client' | 'prefix'>) {
  if (!client || prefix === undefined) throw new TypeError('A library with a prefix gets a client')
  return { client, prefix }
}
