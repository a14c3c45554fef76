import { type Carrier, type RequestSessions, varyBy } from '@sojourn/core/binding'
import type { Context } from 'hono'
import { copyResponse } from './copy-response.ts'
import { stateOf } from './request-state.ts'

/**
 * Returns the headers of a copy of the response, which replaces it. The headers of a fetched response cannot be
 * changed, and a handler may return one response for many requests, while a token is for one of them.
 */
function ownHeaders(c: Context): Headers {
  const state = stateOf(c)
  if (c.res !== state.copy) {
    const copy = copyResponse(c.res)
    state.copy = copy
    c.res = undefined // otherwise Hono merges the headers of the two
    c.res = copy
  }
  return c.res.headers
}

/**
 * Says which request headers the response depends on before there is one: Hono puts it onto the response that a handler
 * makes by `c`. Afterwards it would take a copy of the response, which costs more than all else of a binding: in place it
 * is not safe, because @hono/node-server before 2.1 drops what was set on its light response when something reads the body.
 * It is no promise: handlers return responses of their own, and set other values. See `ensureVary`.
 */
export function announceVary(c: Context, headers: readonly string[]): void {
  if (c.finalized) return
  const state = stateOf(c)
  const missing = headers.filter((header) => !state.announced.includes(header))
  if (missing.length === 0) return
  state.announced = [...state.announced, ...missing]
  c.header('Vary', missing.join(', '), { append: true })
}

/** Adds request headers to `Vary` of the response, if they are not there. */
export function ensureVary(c: Context, headers: readonly string[]): void {
  varyBy(
    {
      get: (name) => c.res.headers.get(name) ?? undefined,
      set: (name, value) => ownHeaders(c).set(name, value),
    },
    headers,
  )
}

/**
 * Adds request headers to `Vary` without another response in place of this one: the caller may be about to set its headers.
 * Those of a fetched response cannot be changed, nor those of one that is being sent.
 */
function addVaryInPlace(c: Context, headers: readonly string[]): void {
  try {
    const own = c.res.headers
    varyBy(
      { get: (name) => own.get(name) ?? undefined, set: (name, value) => own.set(name, value) },
      headers,
    )
  } catch {
    // There is nothing left to say to a cache.
  }
}

/** The carrier of a context. `sent` is that of the sessions of the request. */
export class HonoCarrier implements Carrier {
  readonly secure: boolean
  readonly ip: string | undefined
  readonly #c: Context
  readonly #sessions: RequestSessions

  constructor(
    c: Context,
    sessions: RequestSessions,
    { secure, ip }: { readonly secure: boolean; readonly ip: string | undefined },
  ) {
    this.#c = c
    this.#sessions = sessions
    this.secure = secure
    this.ip = ip
  }

  get sent(): boolean {
    return this.#sessions.isSent
  }

  header(name: string): string | undefined {
    return this.#c.req.raw.headers.get(name) ?? undefined
  }

  get(name: string): string | undefined {
    return this.#c.res.headers.get(name) ?? undefined
  }

  set(name: string, value: string): void {
    ownHeaders(this.#c).set(name, value)
  }

  append(name: string, value: string): void {
    ownHeaders(this.#c).append(name, value)
  }

  withdraw(name: string, value: string): void {
    const lines = this.#c.res.headers.getSetCookie()
    const index = lines.lastIndexOf(value)
    if (index < 0) return
    const headers = ownHeaders(this.#c)
    headers.delete(name)
    for (const line of lines.toSpliced(index, 1)) headers.append(name, line)
  }

  /**
   * Says `Vary` before there is a response; the commit makes sure of it. After the commit it is middleware around `sessions`
   * that reads the session, and may make a response of it: Hono hands the headers of the response before on to that one.
   */
  consulted(headers: readonly string[]): void {
    if (!this.#c.finalized) announceVary(this.#c, headers)
    else if (this.sent) addVaryInPlace(this.#c, headers)
  }
}
