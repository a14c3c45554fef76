import { createJar } from '@sojourn/conformance/testing'

/** A way to keep a user logged in, seen from a browser. Times are epoch ms. */
export interface Scheme {
  /** A login with the cookies of a browser. Returns the Set-Cookie lines of its response. */
  logIn(cookies: string | undefined, at: number): Promise<readonly string[]>
  /** A request with the cookies of a browser. */
  arrive(cookies: string | undefined, at: number): Promise<Arrival>
}

interface Arrival {
  readonly isLoggedIn: boolean
  /** Ends the request. Returns the Set-Cookie lines of its response. */
  leave(at: number): Promise<readonly string[]>
}

/** How the network and the people behave. */
export interface World {
  readonly users: number
  readonly pages: number
  /** The share of responses that never arrive. */
  readonly lost: number
  /** The share of responses that arrive late, after others that left after them. */
  readonly late: number
  /** The share of pages on which the user logs in again. @default 0 */
  readonly logins?: number
  /** From 0 to below 1. */
  random(): number
}

/** What came of it. */
export interface Findings {
  requests: number
  /** Users whose browser ended up with a cookie that opens nothing. */
  loggedOut: number
  /** Users whose token had not changed for an hour of use: rotation had stopped for them. */
  stuck: number
  /** Single requests that found nobody signed in. */
  strays: number
  cookies: number
}

interface Happening {
  readonly at: number
  happen(): Promise<void>
}

const start = Date.UTC(2030, 0, 1)
const second = 1_000
const minute = 60 * second

/** Lets every user walk through pages, each a burst of one to six requests at once. */
export async function simulate(scheme: Scheme, world: World): Promise<Findings> {
  const findings: Findings = { requests: 0, loggedOut: 0, stuck: 0, strays: 0, cookies: 0 }
  for (let user = 0; user < world.users; user++) await walk(scheme, world, findings)
  return findings
}

async function walk(scheme: Scheme, world: World, findings: Findings): Promise<void> {
  const between = (least: number, most: number) => least + world.random() * (most - least)
  const jar = createJar()
  jar.take(await scheme.logIn(undefined, start))
  let changedAt = start
  const happenings: Happening[] = []
  const plan = (at: number, happen: (at: number) => Promise<void>) => {
    happenings.push({ at, happen: () => happen(at) })
  }
  let at = start
  for (let page = 0; page < world.pages; page++) {
    at += between(5 * second, 12 * minute)
    for (let burst = Math.ceil(between(0, 6)); burst > 0; burst--) plan(at, request)
    if (world.random() < (world.logins ?? 0)) plan(at + 3 * second, logInAgain)
  }
  while (happenings.length > 0) await next(happenings).happen()
  const { isLoggedIn } = await scheme.arrive(jar.header, at + minute)
  if (!isLoggedIn) findings.loggedOut++
  else if (at - changedAt > 60 * minute) findings.stuck++

  async function request(sentAt: number): Promise<void> {
    const cookies = jar.header
    plan(sentAt + between(0, 2 * second), async (arrivedAt) => {
      const { isLoggedIn, leave } = await scheme.arrive(cookies, arrivedAt)
      findings.requests++
      if (!isLoggedIn) findings.strays++
      plan(arrivedAt + between(0, 2 * second), async (leftAt) =>
        respond(await leave(leftAt), leftAt),
      )
    })
  }

  /** The user waits for the response to a login, so it is neither lost nor late. */
  async function logInAgain(at: number): Promise<void> {
    const lines = await scheme.logIn(jar.header, at)
    plan(at + second, async () => take(lines, at))
  }

  function respond(lines: readonly string[], leftAt: number): void {
    if (lines.length === 0) return
    findings.cookies++
    if (world.random() < world.lost) return
    const isLate = world.random() < world.late
    const delay = isLate ? between(10 * second, 3 * minute) : between(0, second)
    plan(leftAt + delay, async () => take(lines, leftAt))
  }

  function take(lines: readonly string[], leftAt: number): void {
    jar.take(lines)
    changedAt = Math.max(changedAt, leftAt)
  }
}

/** Takes out what happens first. */
function next(happenings: Happening[]): Happening {
  let first = 0
  happenings.forEach(({ at }, index) => {
    if (at < (happenings[first]?.at ?? at)) first = index
  })
  const [happening] = happenings.splice(first, 1)
  if (!happening) throw new Error('nothing happens')
  return happening
}

/** The generator mulberry32: the same seed draws the same world. */
export function seeded(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
