export { measureBytes } from './bytes.ts'

import type { Row, SessionBackend } from '@sojourn/core'
import type { Connect } from './connect.ts'
import { measured, observe } from './observe.ts'
import { startStandalone } from './standalone.ts'

const perUser = 2
const hour = 3_600_000
const at = Date.UTC(2030, 0, 1)
const callOf = () => ({ at, signal: new AbortController().signal })

/** A row as large as that of a small session: 240 bytes of record. */
const row: Row = {
  version: 'versionTag8',
  priorVersions: ['versionTag4'],
  touchedAt: at,
  expiresAt: at + 24 * hour,
  value: new Uint8Array(240).fill(0x61),
}

/** Fills one server with `count` sessions, half of them of users, and prints what they cost and what it costs to ask. */
export async function measureScale(connect: Connect, count: number): Promise<void> {
  const { address, nodes, stop } = await startStandalone([
    'latency-monitor-threshold 5',
    'slowlog-log-slower-than 1000',
    'slowlog-max-len 100000',
  ])
  const [node] = nodes
  if (!node) throw new Error('A standalone topology has a node')
  const server = observe(node)
  const connection = await connect(address)
  const backend = connection.backend('sess:')
  const half = count / 2

  await server.grows('anonymous session', half, () =>
    fill(half, (n) =>
      backend.insert(`${word(n)}a.${handle(n)}`, row, { ...callOf(), isSolitary: true }),
    ),
  )
  await server.grows("user's session, index included", half, () =>
    fill(half, (n) =>
      backend.insert(`${word(Math.floor(n / perUser))}u.${handle(n)}`, row, callOf()),
    ),
  )
  await fill(1_000, (n) => backend.insert(`${word(0)}m.${handle(n)}`, row, callOf()))
  await ask(backend)
  await server.worst()
  connection.close()
  await stop()
}

async function ask(backend: SessionBackend): Promise<void> {
  await measured('listing a user of 2', () => backend.list(`${word(0)}u`, callOf()))
  await measured('listing a user of 1,000', () => backend.list(`${word(0)}m`, callOf()))
  await measured('revoking all of a user with 1,000', () =>
    backend.removeGroup(`${word(0)}m`, { ...callOf(), reason: 'revoked' }),
  )
  await measured('a full scan', async () => {
    let seen = 0
    for await (const _ of backend.scan(callOf())) seen++
    return seen
  })
}

/** Some hundreds at a time, as a busy fleet does. */
async function fill(count: number, insert: (n: number) => Promise<unknown>): Promise<void> {
  for (let n = 0; n < count; n += 500) {
    const batch = Array.from({ length: Math.min(500, count - n) }, (_, index) => insert(n + index))
    await Promise.all(batch)
    if (n % 50_000 === 0) process.stderr.write(`${n} of ${count}\r`)
  }
}

/** As long as the group of an id is: 16 characters, one of which the caller adds. */
const word = (n: number) => n.toString(16).padStart(15, '0')

/** As long as a handle is. */
const handle = (n: number) => n.toString(16).padStart(22, '0')
