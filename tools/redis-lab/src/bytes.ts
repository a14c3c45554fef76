import { createVisitor, type TestData } from '@sojourn/conformance/store'
import { createSessionManager, devConfig } from '@sojourn/core'
import type { Connect, Connection } from './connect.ts'
import { memoryOf } from './observe.ts'
import type { RedisNode } from './redis-node.ts'
import { startStandalone } from './standalone.ts'

/** The lengths of a key and its string value, in bytes. */
interface Lengths {
  readonly key: number
  readonly value: number
}

const copies = 1_024
const sizes = Array.from({ length: 21 }, (_, n) => 300 + 20 * n)
const item = (n: number) => ({ sku: `SKU-${1_000 + n}`, count: 1 + (n % 9), price: 9.99 })

/** Creates data of about `size` bytes of JSON: a text, which no codec shortens, and a shopping cart. */
const shapes: Readonly<Record<string, (size: number) => TestData>> = {
  text: (size) => ({ note: 'x'.repeat(size - 11) }),
  cart: (size) => ({
    cart: Array.from({ length: Math.round((size - 11) / 42) }, (_, n) => item(n)),
  }),
}

/**
 * Prints the memory that Redis uses for anonymous sessions with 300 to 700 bytes of data, compared with plain strings
 * of the same data as JSON: the mean over many sizes, because memory is allocated in steps of 64 and 128 bytes.
 */
export async function measureBytes(connect: Connect): Promise<void> {
  const { address, nodes, stop } = await startStandalone()
  const [node] = nodes
  if (!node) throw new Error('A standalone topology has a node')
  const connection = await connect(address)
  for (const [name, shape] of Object.entries(shapes)) {
    const sums = new Map<string, number>()
    for (const data of sizes.map(shape))
      for (const [what, lengths] of await stringsOf(data, { node, connection }))
        sums.set(what, (sums.get(what) ?? 0) + (await costOf(lengths, node)))
    const [limit = 1] = sums.values()
    for (const [what, sum] of sums)
      console.log(
        `${name}, ${what}: ${(sum / sizes.length).toFixed(0)} bytes, x${(sum / limit).toFixed(3)}`,
      )
  }
  connection.close()
  await stop()
}

/** Returns the lengths of the same data in each format; the key of the others is `sess:` and an id of 32 characters. */
async function stringsOf(data: TestData, options: { node: RedisNode; connection: Connection }) {
  const cookie = { originalMaxAge: 86_400_000, expires: new Date(), httpOnly: true, path: '/' }
  const plain = (value: object) => ({ key: 37, value: JSON.stringify(value).length })
  return new Map<string, Lengths>([
    ['JSON and nothing else', plain(data)],
    ['JSON with what express-session adds', plain({ cookie, ...data })],
    ['a new session', await sessionOf(data, { ...options, writes: 1 })],
    ['a session that was written often', await sessionOf(data, { ...options, writes: 5 })],
  ])
}

async function sessionOf(
  data: TestData,
  { node, connection, writes }: { node: RedisNode; connection: Connection; writes: number },
): Promise<Lengths> {
  await node.command('FLUSHALL')
  const config = devConfig('a secret of the tests: 7f3b1c9e5d2a8460', {
    store: connection.store('sess:'),
  })
  const visitor = createVisitor(createSessionManager<TestData>(config))
  await visitor.request((session) => Object.assign(session.data, data))
  for (let n = 1; n < writes; n++) await visitor.request((session) => session.rotate())
  const key = String(await node.command('RANDOMKEY'))
  return { key: key.length, value: Number(await node.command('STRLEN', key)) }
}

async function costOf({ key, value }: Lengths, { command }: RedisNode): Promise<number> {
  await command('FLUSHALL')
  const before = await memoryOf(command)
  const text = 'x'.repeat(value)
  const names = Array.from({ length: copies }, (_, n) => String(n).padStart(key, 'k'))
  await Promise.all(names.map((name) => command('SET', name, text, 'PX', '86400000')))
  return ((await memoryOf(command)) - before) / copies
}
