import { setTimeout as wait } from 'node:timers/promises'
import type { RedisNode } from '@sojourn/redis-lab'
import type { ServerProcess } from '../load/server-process.ts'

/** What one contender was seen to do. */
export interface Seen {
  /** How many of the changes of two requests at once were lost. */
  readonly lost: number
  /** How many sessions a request that was on its way during the logout brought back. */
  readonly revived: number
  /** How many sessions a copy of the cookie still opened after the logout. */
  readonly copies: number
  /** What a request with a cookie gets while Redis is down; `undefined` if there is no Redis. */
  readonly down: string | undefined
}

/** How long a client waits for a server without Redis, in ms. */
const patience = 20_000

/** Lets so many users meet each case. A Redis that is given is stopped at the end. */
export async function seeCases(
  server: ServerProcess,
  users: number,
  redis: RedisNode | undefined,
): Promise<Seen> {
  const sums = { lost: 0, revived: 0, copies: 0 }
  for (let user = 0; user < users; user++) {
    sums.lost += await lostOf(server)
    sums.revived += (await isRevived(server)) ? 1 : 0
    sums.copies += (await isOpenToCopies(server)) ? 1 : 0
  }
  return { ...sums, down: redis && (await withoutRedis(server, redis)) }
}

/** Two requests open one session, and set a key each. Returns how many of the two are missing in the end. */
async function lostOf(server: ServerProcess): Promise<number> {
  const cookie = await logIn(server)
  const both = [server.ask('/setA', cookie), server.ask('/setB', cookie)]
  await untilWaiting(server, 2)
  await server.ask('/letGo')
  const answers = await Promise.all(both)
  const last = answers.reduce((jar, answer) => answer.cookie ?? jar, cookie)
  return 2 - (await server.ask('/keys', last)).body.length
}

/** A request opens the session, the user logs out, and then the request changes the session. Does it open then? */
async function isRevived(server: ServerProcess): Promise<boolean> {
  const cookie = await logIn(server)
  const late = server.ask('/setA', cookie)
  await untilWaiting(server, 1)
  const { cookie: after } = await server.ask('/logout', cookie)
  await server.ask('/letGo')
  const { cookie: set } = await late
  const ofBrowser = set ?? after ?? cookie
  return (await isLoggedIn(server, cookie)) || (await isLoggedIn(server, ofBrowser))
}

/** The user logs out. Does a copy of the cookie open the session? */
async function isOpenToCopies(server: ServerProcess): Promise<boolean> {
  const cookie = await logIn(server)
  await server.ask('/logout', cookie)
  return isLoggedIn(server, cookie)
}

async function logIn(server: ServerProcess): Promise<string> {
  const { cookie } = await server.ask('/login')
  if (cookie === undefined) throw new Error('A login sets no cookie')
  if (!(await isLoggedIn(server, cookie))) throw new Error('A login logs nobody in')
  return cookie
}

async function isLoggedIn(server: ServerProcess, cookie: string): Promise<boolean> {
  const { status, body } = await server.ask('/read', cookie)
  return status === 200 && body !== 'none'
}

async function untilWaiting(server: ServerProcess, count: number): Promise<void> {
  while (Number((await server.ask('/waiting')).body) < count) await wait(5)
}

/** Redis stops. What does a request of a user who is logged in get, after the one that met the loss of the connection? */
async function withoutRedis(server: ServerProcess, redis: RedisNode): Promise<string> {
  const cookie = await logIn(server)
  await redis.kill()
  const ask = () => Promise.race([server.ask('/read', cookie), wait(patience)])
  await ask()
  const start = performance.now()
  const answer = await ask()
  const seconds = Math.round((performance.now() - start) / 1_000)
  if (answer === undefined) return `no response in ${seconds} s`
  const { status, body } = answer
  const what = status === 200 && body === 'none' ? '200, as if logged out' : String(status)
  return seconds === 0 ? `${what}, at once` : `${what}, after ${seconds} s`
}
