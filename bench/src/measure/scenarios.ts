import { equal, notEqual, ok } from 'node:assert/strict'
import type { ServerProcess, Traffic } from '../load/server-process.ts'

/** What a request does, by the letter of its column. */
export const scenarios = {
  R: 'reads one value; the token is known and no touch is due',
  'R+touch': 'reads one value of a session whose touch is due',
  W: 'changes one key',
  login: 'logs a new user in, with index and limit where the store has them',
  N: 'is the first write of a visitor, who has no session yet',
  A: 'leaves the session alone, and has none',
  G: 'presents a forged cookie',
} as const

/** The letter of a scenario. */
export type Scenario = keyof typeof scenarios

/** All scenarios, in the order of the columns. */
export const allScenarios = Object.keys(scenarios) as readonly Scenario[]

/** Logs users in, reads each session once, so that its token is known, and returns what each scenario sends. */
export async function trafficOf(
  name: string,
  server: ServerProcess,
  population: number,
): Promise<Readonly<Record<Scenario, Traffic>>> {
  const cookies = name.startsWith('bare') ? ['sid=none'] : await logIn(server, population)
  await server.load({ path: '/read', cookies }, { requests: cookies.length })
  return {
    R: { path: '/read', cookies },
    'R+touch': { path: '/read', cookies },
    W: { path: '/write', cookies, keepsCookies: true },
    login: { path: '/login', cookies: [] },
    N: { path: '/write', cookies: [] },
    A: { path: '/plain', cookies: [] },
    G: { path: '/read', cookies: cookies.map(forged) },
  }
}

/** Logs so many new users in, and returns their cookies. */
export async function logIn({ ask }: ServerProcess, users: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: users }, () => ask('/login')))
  return answers.map(({ cookie = '' }) => cookie)
}

/** Checks that a contender keeps sessions at all, and each for its client only. */
export async function check(name: string, { ask }: ServerProcess): Promise<void> {
  if (name.startsWith('bare')) return
  const plain = await ask('/plain')
  equal(plain.body, 'plain')
  if (name.startsWith('Sojourn'))
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
  const first = await ask('/write')
  equal(first.body, '1', `${name} lets a visitor write`)
  equal((await ask('/read', first.cookie)).body, '1', `${name} keeps what a visitor wrote`)
}

/** Returns the cookie with an end that its seal or signature does not have. */
function forged(cookie: string): string {
  return cookie.replace(/.{8}$/, 'AAAAAAAA')
}
