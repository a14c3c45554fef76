import type { SessionSource } from '@sojourn/migrate'
import { cookieSessionSource } from '@sojourn/migrate/cookie-session'
import { expressSessionSource, type RedisClient } from '@sojourn/migrate/express-session'
import { secureSessionSource } from '@sojourn/migrate/fastify-secure-session'
import { ironSessionSource } from '@sojourn/migrate/iron-session'
import { koaSessionSource } from '@sojourn/migrate/koa-session'
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
  source(input: SourceInput): SessionSource
}

/** The libraries, by the value of `--from`. */
export const libraries: Readonly<Record<string, Library>> = {
  'express-session': {
    prefix: 'sess:',
    cookieName: 'connect.sid',
    source: ({ secrets, name, ...input }) =>
      expressSessionSource({ ...stored(input), name, secret: secrets }),
  },
  'cookie-session': {
    prefix: undefined,
    cookieName: 'session',
    source: ({ secrets, name }) => cookieSessionSource({ keys: secrets, name, until: never }),
  },
  'koa-session': {
    prefix: undefined,
    cookieName: 'koa.sess',
    source: ({ secrets, name }) => koaSessionSource({ keys: secrets, key: name, until: never }),
  },
  '@fastify/secure-session': {
    prefix: undefined,
    cookieName: 'session',
    source: ({ secrets, name }) => secureSessionSource({ ...sealedBy(secrets), cookieName: name }),
  },
  'iron-session': {
    prefix: undefined,
    cookieName: undefined,
    source: ({ secrets, name }) =>
      ironSessionSource({ password: byIds(secrets), cookieName: name, until: never }),
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
