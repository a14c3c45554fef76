/** Many users who browse, write, log out and log in again, and notice what they have lost. */
import { createScheduler } from '@sojourn/conformance'
import { until } from '@sojourn/redis-lab/processes'
import { type Cookies, type Reply, send } from './browser.ts'

/**
 * What was counted. `byOld` is what express-session does to itself, without a new server: a write on one old server that
 * overlaps with a write or a logout of the same user on another old server, or the same; and one that ends so long after a
 * logout on a new server that this does not look any more.
 */
interface Findings {
  requests: number
  writes: number
  logins: number
  logouts: number
  /** A user who was logged in and is not. */
  loggedOut: number
  /** A confirmed value that is missing or older, in a response of a new server, or at the end. */
  valuesLost: number
  /** The same in a response of an old server, after it had been written on a new one: it may come back. */
  valuesLate: number
  /**
   * A visitor's write with the cookies of a session that had ended before, which the response of a new server says: it is dropped
   * (P1), so it is no confirmed value.
   */
  writesAfterEnd: number
  /** A cookie from before a logout that opens something on a new server. */
  openedByNew: number
  /** The same on an old server, when no request was on its way and the new servers were closed. */
  openedByOld: number
  /** The same right after the logout: an old server wrote a session after its logout on a new one. */
  openedByOldAtFirst: number
  byOld: { valuesLost: number; opened: number }
  /** The old cookies of live sessions that were sent alone, and those of them that opened something. */
  oldCookies: number
  oldCookiesAlive: number
}

/** A write that was confirmed, or a logout. */
interface Act {
  readonly value: number
  readonly server: Reply['server']
  readonly sentAt: number
  readonly arrivedAt: number
  /** True if an old server was writing at the same time. */
  isBesideOld: boolean
}

interface User {
  readonly name: string
  cookies: Cookies
  isLoggedIn: boolean
  /** The last confirmed write of each key. */
  readonly written: Map<string, Act>
  /** The last requests, for whoever looks into a loss. */
  readonly history: string[]
}

interface EndedCookies {
  readonly user: User
  readonly cookies: Cookies
  readonly isRaceOfOld: boolean
}

const keys = 8
/** When a new server looks again at a session that it has ended, in ms. */
const secondLookMs = 2_000

/** Creates a crowd that browses through the proxy on `port`. */
export function createCrowd({ port, users, seed }: { port: number; users: number; seed: number }) {
  const { random } = createScheduler(seed)
  const chance = (share: number) => random() < share
  const below = (end: number) => Math.floor(random() * end)
  const findings: Findings = {
    requests: 0,
    writes: 0,
    logins: 0,
    logouts: 0,
    loggedOut: 0,
    valuesLost: 0,
    valuesLate: 0,
    writesAfterEnd: 0,
    openedByNew: 0,
    openedByOld: 0,
    openedByOldAtFirst: 0,
    byOld: { valuesLost: 0, opened: 0 },
    oldCookies: 0,
    oldCookiesAlive: 0,
  }
  const everybody = Array.from({ length: users }, (_, number): User => {
    return {
      name: `user${number}`,
      cookies: new Map(),
      isLoggedIn: false,
      written: new Map(),
      history: [],
    }
  })
  const ended: EndedCookies[] = []
  let lastValue = 0

  let pages = 0
  let isStopped = false

  return {
    findings,
    /** Lets users open pages, 50 at a time, until the function that it returns is called. That resolves when all have ended. */
    start(): () => Promise<void> {
      isStopped = false
      const waiting = [...everybody]
      const work = async () => {
        for (let user = waiting.shift(); user && !isStopped; user = waiting.shift()) {
          await open(user)
          pages++
          waiting.push(user)
        }
      }
      const working = Promise.all(Array.from({ length: 50 }, work))
      return async () => {
        isStopped = true
        await working
      }
    },
    /** Resolves when this many more pages have been opened. */
    async pages(count: number): Promise<void> {
      const end = pages + count
      await until(`${count} pages`, () => pages >= end, 600_000)
    },
    /** Everybody looks at what is there, and a value that is missing counts as lost. */
    check: () => inTurns((user) => look(user, true), everybody),
    /** The cookies of all sessions that have ended are sent once more. */
    tryAllEnded: () => inTurns((cookies) => tryEnded(cookies, 'openedByOld'), ended),
    /**
     * Each live session's old cookie is sent alone. It counts as its first token until the client has presented another one, and
     * the grace after; so each user looks until the old cookie is dead.
     */
    tryOldCookies: () => inTurns(tryOldCookie, everybody),
  }

  async function tryOldCookie(user: User): Promise<void> {
    const cookies = new Map([...user.cookies].filter(([name]) => name === 'connect.sid'))
    if (cookies.size === 0) return
    findings.oldCookies++
    const isDead = async () => {
      await ask(user, { path: '/' })
      const alone = await ask({ ...user, cookies: new Map(cookies) }, { path: '/' })
      return alone.user === undefined && Object.keys(alone.values ?? {}).length === 0
    }
    await until(`the old cookie of ${user.name} to be dead`, isDead, 60_000).catch(() => {
      findings.oldCookiesAlive++
    })
  }

  /** A page: a login if there is none, or a logout at times; else one to four requests at once, and then a look. */
  async function open(user: User): Promise<void> {
    if (!user.isLoggedIn) {
      if (chance(0.5)) await Promise.all([write(user, 0)])
      await logIn(user)
    } else if (chance(0.06)) return logOut(user)
    const first = below(keys)
    const acts = Array.from({ length: 1 + below(4) }, (_, n) => (chance(0.5) ? first + n : -1))
    await together(user, acts)
    await look(user, false)
  }

  async function logIn(user: User): Promise<void> {
    await ask(user, { path: `/log-in/${user.name}`, method: 'POST' })
    findings.logins++
    user.isLoggedIn = true
  }

  /** Writes of different keys, and reads, all at once. */
  async function together(user: User, acts: readonly number[]): Promise<void> {
    const done = await Promise.all(
      acts.map((key) => (key < 0 ? ask(user, { path: path('/') }) : write(user, key % keys))),
    )
    markOverlaps(done.filter((act): act is Act => 'value' in act))
  }

  async function write(user: User, key: number): Promise<Act> {
    const value = ++lastValue
    const reply = await ask(user, { path: path(`/set/${key}/${value}`), method: 'POST' })
    findings.writes++
    const act: Act = { ...reply, value, isBesideOld: false }
    if (!user.isLoggedIn && reply.ended !== undefined) findings.writesAfterEnd++
    else user.written.set(`value${key}`, act)
    return act
  }

  /** A logout beside requests of all kinds; then the cookies that the browser had are tried. */
  async function logOut(user: User): Promise<void> {
    const before = new Map(user.cookies)
    const leaving = ask(user, { path: '/log-out', method: 'POST' })
    const others = Promise.all(
      Array.from({ length: below(3) }, (_, n) => write({ ...user, cookies: new Map(before) }, n)),
    )
    const [left, acts] = await Promise.all([leaving, others])
    findings.logouts++
    user.isLoggedIn = false
    user.written.clear()
    const isRaceOfOld = acts.some(
      ({ server, arrivedAt }) =>
        server === 'old' &&
        (left.server === 'old' || arrivedAt - left.arrivedAt > secondLookMs / 2),
    )
    const cookies: EndedCookies = { user, cookies: before, isRaceOfOld }
    ended.push(cookies)
    for (let attempt = 0; attempt < 3; attempt++) await tryEnded(cookies, 'openedByOldAtFirst')
    if (isRaceOfOld) user.cookies = new Map() // what follows from a session that old servers bring back is not counted
  }

  /** Sends the cookies of a session that has ended. */
  async function tryEnded(
    { user, cookies, isRaceOfOld }: EndedCookies,
    byOld: 'openedByOld' | 'openedByOldAtFirst',
  ): Promise<void> {
    const reply = await ask({ ...user, cookies: new Map(cookies) }, { path: '/' })
    if (reply.user === undefined) return
    if (isRaceOfOld) findings.byOld.opened++
    else if (reply.server === 'new') {
      findings.openedByNew++
      console.info(`a session of ${user.name} is opened again:\n${user.history.join('\n')}`)
    } else findings[byOld]++
  }

  /** Compares what a request sees with what was confirmed. */
  async function look(user: User, isLast: boolean): Promise<void> {
    const reply = await ask(user, { path: '/' })
    if (user.isLoggedIn && reply.user !== user.name) {
      findings.loggedOut++
      console.info(`${user.name} is logged out:\n${user.history.join('\n')}`)
      user.isLoggedIn = false
      user.written.clear()
      return
    }
    for (const [key, act] of user.written) {
      if ((reply.values?.[key] ?? 0) === act.value) continue
      if (act.isBesideOld) findings.byOld.valuesLost++
      else if (reply.server === 'old' && !isLast) {
        findings.valuesLate++
        continue
      } else {
        findings.valuesLost++
        console.info(`${key} of ${user.name} is lost:\n${user.history.join('\n')}`)
      }
      user.written.delete(key)
    }
  }

  async function ask(user: User, request: { path: string; method?: string }): Promise<Reply> {
    findings.requests++
    const reply = await send(port, user.cookies, request)
    user.history.push(describe(request, reply))
    if (user.history.length > 30) user.history.shift()
    return reply
  }

  /** A handler that takes a while, so that requests overlap. */
  function path(path: string): string {
    return `${path}?ms=${below(25)}`
  }

  /** Fifty at a time. */
  async function inTurns<Item>(
    act: (item: Item) => Promise<void>,
    items: Iterable<Item>,
  ): Promise<void> {
    const queue = items[Symbol.iterator]()
    const work = async () => {
      for (let next = queue.next(); !next.done; next = queue.next()) await act(next.value)
    }
    await Promise.all(Array.from({ length: 50 }, work))
  }
}

function describe(
  { path, method = 'GET' }: { path: string; method?: string },
  { server, user, ended, values, sentAt, arrivedAt }: Reply,
): string {
  const span = `${Math.round(sentAt)}-${Math.round(arrivedAt)}`
  return `${span} ${server} ${method} ${path} ${user} ${ended ?? ''} ${JSON.stringify(values)}`
}

/** Marks writes on old servers that overlap with another one: of these, express-session keeps one. */
function markOverlaps(acts: readonly Act[]): void {
  const old = acts.filter(({ server }) => server === 'old')
  for (const act of old)
    act.isBesideOld = old.some(
      (other) => other !== act && other.sentAt < act.arrivedAt && act.sentAt < other.arrivedAt,
    )
}
