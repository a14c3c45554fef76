export { measureBytes } from './bytes.ts'

import type { Row, SessionBackend } from '@sojourn/core/store'
import type { Connect } from './connect.ts'
import { type Observed, observable, observe } from './observe.ts'
import { startStandalone } from './standalone.ts'

const perUser = 2
const hour = 3_600_000
const at = Date.UTC(2030, 0, 1)
const callOf = () => ({ at, signal: new AbortController().signal })

/** A row of the size of a small session: 240 bytes of value. */
const row: Row = {
  version: 'versionTag8',
  priorVersions: ['versionTag4'],
  touchedAt: at,
  expiresAt: at + 24 * hour,
  value: new Uint8Array(240).fill(0x61),
}

/** How many users have `crowd` sessions each. */
const crowds = 20
const crowd = 1_000

/**
 * Fills one server with `count` sessions, half of them of users, runs every operation, and prints what each cost the
 * server. No command should take longer than 5 ms.
 */
export async function measureScale(connect: Connect, count: number): Promise<void> {
  const { address, nodes, stop } = await startStandalone([
    ...observable,
    'latency-tracking-info-percentiles 99.99',
  ])
  const [node] = nodes
  if (!node) throw new Error('A standalone topology has a node')
  const server = await observe(node)
  const connection = await connect(address)
  const backend = connection.backend('sess:')
  await grow(backend, { server, half: count / 2 })
  await serve(backend, { server, half: count / 2 })
  await manage(backend, server)
  server.printLongest()
  connection.close()
  await stop()
}

/** Creates sessions, one script each. */
async function grow(backend: SessionBackend, { server, half }: { server: Observed; half: number }) {
  const solitary = (n: number) =>
    backend.insert(anonymous(n), row, { ...callOf(), isSolitary: true })
  await server.growing('an anonymous session is made', () => fill(half, solitary), half)
  const listed = (n: number) =>
    backend.insert(`${groupStart(Math.floor(n / perUser))}u.${handle(n)}`, row, callOf())
  await server.growing("a user's session is made, index included", () => fill(half, listed), half)
  const crowded = (n: number) => backend.insert(`${group(n % crowds)}.${handle(n)}`, row, callOf())
  const all = crowds * crowd
  await server.during('a session of a user with up to 1,000 is made', () => fill(all, crowded), all)
}

/** Runs the operations of requests, on sessions in random order. */
async function serve(
  backend: SessionBackend,
  { server, half }: { server: Observed; half: number },
) {
  const some = Math.min(50_000, half / 2)
  const ids = Array.from({ length: some }, (_, n) => anonymous((n * 7_919) % half))
  const forSome = (what: string, operation: (id: string) => unknown) =>
    server.during(what, () => fill(some, (n) => operation(ids[n] ?? '')), some)
  const next = { ...row, version: 'versionTag0', priorVersions: [row.version] }
  const later = { touchedAt: at + 1, expiresAt: row.expiresAt + 1 }
  await forSome('a read', (id) => backend.find(id, callOf()))
  await forSome('a touch', (id) => backend.touch(id, later, { ...callOf(), expected: row }))
  await forSome('a change', (id) =>
    backend.replace(id, next, { ...callOf(), expected: row.version }),
  )
  await forSome('a logout', (id) => backend.remove(id, { ...callOf(), reason: 'logout' }))
}

/** Runs the operations of operators and device lists, each several times for a mean. */
async function manage(backend: SessionBackend, server: Observed): Promise<void> {
  const forCrowds = (what: string, operation: (n: number) => unknown) =>
    server.during(what, () => oneByOne(crowds, operation), crowds)
  const limit = { max: crowd, onExceed: 'evict' } as const
  await server.during(
    'listing a user of 2',
    () => oneByOne(crowds, (n) => backend.list(`${groupStart(n)}u`, callOf())),
    crowds,
  )
  await forCrowds('listing a user of 1,000', (n) => backend.list(group(n), callOf()))
  await forCrowds('a login of a user at a limit of 1,000', (n) =>
    backend.insert(`${group(n)}.${handle(0)}x`, row, { ...callOf(), limit }),
  )
  await forCrowds('revoking all of a user with 1,000', (n) =>
    backend.removeGroup(group(n), { ...callOf(), reason: 'revoked' }),
  )
  await server.during('a full scan', async () => {
    let seen = 0
    for await (const _ of backend.scan(callOf())) seen++
    console.log(`${seen} seen by the scan`)
  })
}

async function oneByOne(count: number, operation: (n: number) => unknown): Promise<void> {
  for (let n = 0; n < count; n++) await operation(n)
}

/** Runs an operation `count` times, 500 in parallel, like a busy fleet. */
async function fill(count: number, operation: (n: number) => unknown): Promise<void> {
  for (let n = 0; n < count; n += 500) {
    const batch = Array.from({ length: Math.min(500, count - n) }, (_, index) =>
      operation(n + index),
    )
    await Promise.all(batch)
    if (n % 50_000 === 0) process.stderr.write(`${n} of ${count}\r`)
  }
}

/** Returns the first 15 of the 16 characters of a group; the caller adds the last. */
const groupStart = (n: number) => n.toString(16).padStart(15, '0')

/** Returns a handle of the usual length. */
const handle = (n: number) => n.toString(16).padStart(22, '0')

const anonymous = (n: number) => `${groupStart(n)}a.${handle(n)}`

/** Returns the group of a user with many sessions. */
const group = (n: number) => `${groupStart(n)}m`
