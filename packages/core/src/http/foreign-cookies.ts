import { SessionUsageError } from '../errors.ts'
import type { Carrier, RequestCarrier } from './carrier.ts'
import { createCookieWriter, parseCookie } from './cookie.ts'

/** The cookies of another session library that a request carries: their values as sent, by name. */
export type ForeignCookies = ReadonlyMap<string, readonly string[]>

/** The cookies of another session library that a store reads besides the token, and how they are deleted. */
export interface ForeignCookieOptions {
  /** Their names; a library that splits a long value has several. */
  readonly names: readonly string[]
  /**
   * The scope that they were set with, without which browsers delete nothing; `undefined` keeps them. They are deleted by
   * the response that sends or clears the client's token.
   */
  readonly deletedWith: ForeignCookieScope | undefined
  /**
   * Returns the `Set-Cookie` line of the foreign cookie that an opened session has too, for servers of the other library that
   * run at the same time; `undefined` if the client has it, or the session has none. With it, the cookies are deleted only by
   * the response that clears the client's token. @default sessions have no foreign cookie
   */
  readonly lineFor?: (opened: object, present: ForeignCookies | undefined) => string | undefined
}

/** The attributes of a cookie that tell it from others of its name. */
export interface ForeignCookieScope {
  /** @default '/' */
  readonly path?: string | undefined
  /** @default this host only */
  readonly domain?: string | undefined
  /** Whether the cookie was set with `Partitioned`. @default false */
  readonly partitioned?: boolean | undefined
}

/** Reads the foreign cookies of requests, and deletes them. */
export interface ForeignCookieReader {
  /** Returns the cookies that the request carries; `undefined` if there are none, or more than `cookieBounds` allows. */
  read(carrier: RequestCarrier): ForeignCookies | undefined
  /** Makes the client delete those that it has, unless they are kept. */
  clear(carrier: Carrier): void
  /** Sends the foreign cookie of an opened session if the client lacks it. Returns whether it has. */
  send(carrier: Carrier, opened: object): boolean
  /** True if sessions have a foreign cookie too. */
  readonly areKept: boolean
}

/**
 * Creates the reader of a store's foreign cookies.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for a wrong scope, or a name that the session itself uses.
 */
export function createForeignCookies(
  { names, deletedWith, lineFor }: ForeignCookieOptions,
  ownNames: readonly string[],
): ForeignCookieReader {
  const clash = names.find((name) => ownNames.includes(name))
  if (clash !== undefined)
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      `The old sessions have the cookie ${clash}, and so has this manager. Give it another cookieName.`,
    )
  const lines = new Map(deletedWith ? names.map((name) => [name, deletion(name, deletedWith)]) : [])
  const appended = new WeakMap<Carrier, readonly string[]>()

  return {
    read(carrier) {
      const header = carrier.header('cookie')
      if (header === undefined || !names.some((name) => header.includes(name))) return undefined
      const found = new Map<string, readonly string[]>()
      for (const name of names) {
        const values = parseCookie(header, name)
        if (values === 'excessive') return undefined
        if (values.length > 0) found.set(name, values)
      }
      return found.size > 0 ? found : undefined
    },
    clear(carrier) {
      const present = [...(this.read(carrier)?.keys() ?? [])]
      append(
        carrier,
        present.flatMap((name) => lines.get(name) ?? []),
      )
    },
    send(carrier, opened) {
      const line = lineFor?.(opened, this.read(carrier))
      append(carrier, line === undefined ? [] : [line])
      return line !== undefined
    },
    areKept: lineFor !== undefined,
  }

  /** Appends Set-Cookie lines in place of those of an earlier commit of the response. */
  function append(carrier: Carrier, lines: readonly string[]): void {
    for (const line of appended.get(carrier) ?? []) carrier.withdraw?.('Set-Cookie', line)
    for (const line of lines) carrier.append('Set-Cookie', line)
    if (carrier.withdraw) appended.set(carrier, lines)
  }
}

/** Returns the line that deletes a cookie. Browsers accept a prefixed name, and `Partitioned`, only with `Secure`. */
function deletion(name: string, { path = '/', domain, partitioned = false }: ForeignCookieScope) {
  const secure = partitioned || /^__/.test(name)
  const scope = { path, domain, partitioned, secure, httpOnly: true, sameSite: 'lax' } as const
  return createCookieWriter({ ...scope, cookieName: 'old' }).clear(name)
}
