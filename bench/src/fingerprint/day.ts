// What the option `fingerprint` costs users and thieves: one simulated day, by the manager itself.
import { randomBytes } from 'node:crypto'
import { createSessionManager, defaultConfig, type FingerprintOptions } from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { memoryStore } from '@sojourn/store-memory'
import { markdownTable } from 'markdown-table'
import { dayOf, type Shown } from './client.ts'
import { createRandom } from './random.ts'
import { kinds } from './rates.ts'

const users = 1_000

/** The fingerprints that are compared. */
const choices: readonly FingerprintOptions['of'][] = [
  ['browser'],
  ['browser', 'accept-language'],
  ['user-agent', 'accept-language'],
  ['browser', 'accept-language', 'ip/24'],
  ['ip', 'user-agent', 'accept-language'],
]

/** Prints how many users have to log in again, and how many thieves are noticed, for each choice. */
export async function simulateDay(): Promise<void> {
  const rows: string[][] = []
  for (const of of choices) {
    const cells = [of.join(', ')]
    for (const kind of Object.keys(kinds))
      cells.push(await alarmsOf(of, kind as keyof typeof kinds))
    rows.push([...cells, ...thievesOf(await noticedBy(of))])
  }
  const header = ['fingerprint', ...Object.keys(kinds), ...Object.keys(thieves)]
  console.log(markdownTable([header, ...rows]))
}

function managerOf(of: FingerprintOptions['of']) {
  const fingerprint = { of, onMismatch: 'reauthenticate' } as const
  const store = memoryStore({ max: 10 * users })
  return createSessionManager(defaultConfig(randomBytes(32), { store, fingerprint }))
}

/** A browser that logs in, and again whenever the session demands it. */
function createUser(manager: ReturnType<typeof managerOf>) {
  let cookie: string | undefined
  return {
    /** Makes a request. Returns true if the user has to log in for it. */
    async request(shown: Shown): Promise<boolean> {
      const carrier = createTestCarrier({ ...shown, cookie })
      const session = await manager.load(carrier)
      const mustLogIn = session.userId === undefined
      if (mustLogIn) await session.login('user')
      await manager.commit(session, carrier)
      cookie = carrier.setCookies[0]?.split(';', 1)[0] ?? cookie
      return mustLogIn
    },
    /** Returns true if a thief with the user's cookie gets nothing. */
    async isNoticed(thief: Shown): Promise<boolean> {
      const headers = { ...thief.headers, cookie }
      return (await manager.read(headers, { ip: thief.ip })).userId === undefined
    },
  }
}

/** Returns the share of users of a kind who log in again in a day, and how often all of them do, per user. */
async function alarmsOf(of: FingerprintOptions['of'], kind: keyof typeof kinds): Promise<string> {
  const random = createRandom(1)
  const manager = managerOf(of)
  let interrupted = 0
  let logins = 0
  for (let n = 0; n < users; n++) {
    const user = createUser(manager)
    let own = -1 // the first login of the day is no alarm
    for (const shown of dayOf(random, kinds[kind])) if (await user.request(shown)) own++
    logins += own
    if (own > 0) interrupted++
  }
  await manager.close()
  return `${percent(interrupted / users)} (${(logins / users).toFixed(2)})`
}

/** What a thief has, beside the cookie. */
const thieves = {
  'thief: another browser': (_: Shown): Shown => elsewhere,
  'thief: the same headers': ({ headers }: Shown): Shown => ({ ...elsewhere, headers }),
  'thief: the same headers and network': (victim: Shown): Shown => victim,
} as const

const elsewhere: Shown = {
  ip: '203.0.113.9',
  headers: { 'user-agent': 'curl/8.5.0', 'accept-language': '' },
}

async function noticedBy(of: FingerprintOptions['of']): Promise<readonly boolean[]> {
  const [shown] = dayOf(createRandom(1), kinds.phone)
  const manager = managerOf(of)
  const user = createUser(manager)
  const noticed: boolean[] = []
  if (shown) {
    await user.request(shown)
    for (const thief of Object.values(thieves)) noticed.push(await user.isNoticed(thief(shown)))
  }
  await manager.close()
  return noticed
}

function thievesOf(noticed: readonly boolean[]): string[] {
  return noticed.map((isNoticed) => (isNoticed ? 'noticed' : '–'))
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
}
