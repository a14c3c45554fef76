import { equal, notEqual, ok } from 'node:assert/strict'
import type { Running } from './client.ts'

/** R read one value, W change one key, N log in, A an anonymous request that leaves the session alone, G a forged cookie. */
export const scenarios = ['R', 'W', 'N', 'A', 'G'] as const

export type Scenario = (typeof scenarios)[number]

/** What a scenario sends. */
export interface Traffic {
  readonly path: string
  /** Sent in turn; none where there are none. */
  readonly cookies: readonly string[]
}

/** How many sessions are live. */
const population = 500

/** Whether a contender keeps sessions at all, before it is timed; and what to send it. */
export async function prepare(
  name: string,
  running: Running,
): Promise<Readonly<Record<Scenario, Traffic>>> {
  const isBare = name.startsWith('bare')
  if (!isBare) await check(name, running)
  const cookies = isBare ? ['sid=none'] : await logIn(running)
  return {
    R: { path: '/read', cookies },
    W: { path: '/write', cookies },
    N: { path: '/login', cookies: [] },
    A: { path: '/plain', cookies: [] },
    G: { path: '/read', cookies: cookies.map(forged) },
  }
}

async function logIn({ ask }: Running): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: population }, () => ask('/login')))
  return answers.map(({ cookie = '' }) => cookie)
}

async function check(name: string, { ask }: Running): Promise<void> {
  const plain = await ask('/plain')
  equal(plain.body, 'plain')
  equal(plain.cookie, undefined, `${name} sends no cookie for nothing`)
  const { body, cookie } = await ask('/login')
  equal(body, 'in')
  ok(cookie, `${name} hands out a cookie`)
  equal((await ask('/read', cookie)).body, '1', `${name} reads`)
  const written = await ask('/write', cookie)
  equal(written.body, '2', `${name} writes`)
  const next = written.cookie ?? cookie
  equal((await ask('/read', next)).body, '2', `${name} keeps what was written`)
  notEqual((await ask('/read', forged(next))).body, '2', `${name} refuses a forgery`)
  equal((await ask('/read')).body, 'none', `${name} gives nobody another's session`)
}

/** The cookie with an end that its seal or signature does not have. */
function forged(cookie: string): string {
  return cookie.replace(/.{8}$/, 'AAAAAAAA')
}
