// Requests of all kinds to a manager in this process, in rounds: `program.ts memory|sealed`. Prints the bytes that live
// after each round as JSON.
import { randomBytes, randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { cookieStore } from '@sojourn/store-cookie'
import { memoryStore } from '@sojourn/store-memory'

type Data = { n?: number; note?: string }

const rounds = 6
const requestsPerRound = 20_000
const population = 500
const note = 'x'.repeat(200)
const padding = 'x'.repeat(10_000)

const stores = { memory: () => memoryStore({ max: 5_000 }), sealed: () => cookieStore() }
const store = stores[process.argv[2] as keyof typeof stores]()
const manager = createSessionManager<Data>(defaultConfig(randomBytes(32), { store, warn() {} }))

/** Browsers that come back: each has its latest cookie. */
const browsers: string[] = []

/** Makes one request; returns the cookie that it left with. */
async function request(cookie: string | undefined, handle: Handler): Promise<string | undefined> {
  const carrier = createTestCarrier({ cookie })
  const session = await manager.load(carrier)
  await handle(session)
  await manager.commit(session, carrier)
  return carrier.setCookies[0]?.split(';', 1)[0] ?? cookie
}

type Handler = (session: Awaited<ReturnType<typeof manager.load>>) => unknown

const read: Handler = ({ data }) => data.n
const write: Handler = ({ data }) => {
  data.n = (data.n ?? 0) + 1
}
/** As in an application that reads the user's name from a form: V8 keeps all of the form for a part of it. */
const logIn: Handler = async (session) => {
  session.data = { n: 1, note }
  const form = `${padding}user-${randomInt(1e9, 2e9)}`
  await session.login(form.slice(padding.length))
}

const kinds: readonly ((browser: number) => Promise<unknown>)[] = [
  (n) => request(browsers[n], read),
  async (n) => {
    browsers[n] = (await request(browsers[n], write)) ?? ''
  },
  () => request(undefined, logIn),
  () => request(undefined, write),
  () => request(undefined, () => undefined),
  (n) => request(withOtherEnd(browsers[n] ?? ''), read),
  (n) => request(withOtherValue(browsers[n] ?? ''), read),
  watchShortly,
]

async function watchShortly(browser: number): Promise<void> {
  const watch = await manager.watch({ cookie: browsers[browser] })
  watch.close()
}

/** Returns a cookie that was never made, with the same name: its end is another each time. */
function withOtherEnd(cookie: string): string {
  return cookie.slice(0, -8) + randomBytes(6).toString('base64url')
}

/** Returns a cookie that was never made, with the same name and length: all of its value is another each time. */
function withOtherValue(cookie: string): string {
  const [name = '', value = ''] = cookie.split('=', 2)
  return `${name}=${randomBytes(value.length).toString('base64url').slice(0, value.length)}`
}

async function heapInUse(): Promise<number> {
  gc?.()
  await setTimeout(200) // for what is cleaned up in a later turn
  gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

for (let n = 0; n < population; n++) browsers.push((await request(undefined, logIn)) ?? '')
const heaps: number[] = []
for (let round = 0; round < rounds; round++) {
  for (let n = 0; n < requestsPerRound; n += kinds.length)
    await Promise.all(kinds.map((kind) => kind(randomInt(population))))
  heaps.push(await heapInUse())
}
console.log(JSON.stringify(heaps))
await manager.close()
