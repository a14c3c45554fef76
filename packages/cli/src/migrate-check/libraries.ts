import type { SessionSource } from '@sojourn/migrate'
import { expressSessionSource, type RedisClient } from '@sojourn/migrate/express-session'

/** What a source is made of. */
export interface SourceInput {
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
  /** The name of its cookie if nothing else was configured. */
  readonly cookieName: string
  source(input: SourceInput): SessionSource
}

/** The libraries, by the value of `--from`. */
export const libraries: Readonly<Record<string, Library>> = {
  'express-session': {
    prefix: 'sess:',
    cookieName: 'connect.sid',
    source: ({ secrets, client, prefix, name }) =>
      expressSessionSource({ ...stored({ client, prefix }), name, secret: secrets }),
  },
}

/** Returns the options of a library that has a store. */
function stored({ client, prefix }: Pick<SourceInput, 'client' | 'prefix'>) {
  if (!client || prefix === undefined) throw new TypeError('A library with a prefix gets a client')
  return { client, prefix }
}
