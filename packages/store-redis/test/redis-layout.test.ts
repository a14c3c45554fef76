import crypto, { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { createVisitor, type TestData } from '@sojourn/conformance/store'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { mintVersion } from '@sojourn/core/store'
import { msgpackCodec, type RedisDriver, redisStore } from '@sojourn/store-redis'
import { afterAll, expect, test, vi } from 'vitest'
import * as scripts from '../src/scripts.ts'

/** What was random when the session of the page was made. */
const randomOfHandle = '2yNCxWPV3AU5ew'
const secret = 'oDwVRVLKHE0EsxGvJAyTzTZUifZudlQq'
const versions = ['YUq0V_DfnRI', 'VUwnGVCbeJk']

/** What the pool of random bytes is filled with next, in the order of the draws, in base64url. */
const random: string[] = []

// A spy and not a mocked module: the test files of one worker share their modules, which may be loaded already.
const original = crypto.randomFillSync
const spy = vi.spyOn(crypto, 'randomFillSync').mockImplementation((pool) => {
  original(pool)
  const bytes = Buffer.concat(random.splice(0).map((text) => Buffer.from(text, 'base64url')))
  bytes.copy(pool as Buffer)
  return pool
})
syncBuiltinESMExports() // gives the spy to modules that import the function by name
afterAll(() => {
  spy.mockRestore()
  syncBuiltinESMExports()
})

const file = new URL('../../../docs/reference/redis-layout.md', import.meta.url)
const page = readFileSync(file, 'utf8')
const t0 = Date.UTC(2030, 0, 1)
const cart = [{ sku: 'A-1042', count: 2 }]
const example = await playExample()

test('the blocks of the page are what is written today', () => {
  const { cookie, key, index, session, tombstone } = example
  expect(Array.from(page.matchAll(/```text\n(.*?)\n```/gs), ([, text]) => text)).toEqual([
    cookie,
    `${key}\n${index}`,
    `${key.split(':').at(-1)}\n${session.score}`,
    hexdump(session.value),
    hexdump(tombstone.value),
  ])
  const { length } = session.value
  expect(page).toContain(`${length} bytes, with a time to live of ${session.ttl} ms:`)
  expect(page).toContain(`the same key has ${tombstone.value.length} bytes`)
})

test('the tables of the page name each byte, and its rules give the same bytes', () => {
  const session = [...header(), ...value()]
  const tombstone = fieldsOfTombstone()
  expect(bytesOf(session)).toEqual(example.session.value)
  expect(bytesOf(tombstone)).toEqual(example.tombstone.value)
  const rows = Array.from(page.matchAll(/^\| [0-9a-f]{2} \| `.*$/gm), ([row]) => row)
  expect(rows).toEqual([...rowsOf(session), ...rowsOf(tombstone)])
})

test('the flags of the page are those of a session that has the fields', async () => {
  const { clock, stored, ann } = createScene()
  const always = ['persistent', 'authenticatedAt', 'userId', 'client']
  await ann.request((session) => session.login('ann', { client: { browser: 'Firefox' } }))
  expect(flagsIn(stored.value)).toBe(sumOfFlags(always))
  clock.now += 20 * 60_000
  await ann.request()
  expect(flagsIn(stored.value)).toBe(sumOfFlags([...always, 'next', 'salt', 'offeredAt']))
  clock.now += 60_000
  await ann.request()
  expect(flagsIn(stored.value)).toBe(sumOfFlags([...always, 'previous', 'graceUntil', 'retired']))
  await ann.request((session) => session.login('ann'))
  expect(flagsIn(stored.value)).toBe(sumOfFlags([...always, 'retired', 'loginSalt']))
})

/** Uses up what core has drawn already, so that the next draw fills the pool anew. A version takes 8 of its 4,096 bytes. */
function emptyPool(): void {
  const before = spy.mock.calls.length
  while (spy.mock.calls.length === before) mintVersion()
  for (let used = 8; used < 4_096; used += 8) mintVersion()
}

/** Plays the three requests of the page. */
async function playExample() {
  emptyPool()
  random.push(randomOfHandle, secret, ...versions)
  const { clock, stored, ann } = createScene()
  await ann.request((session) => session.login('ann'))
  const { cookie } = ann
  clock.now += 90_000
  await ann.request(({ data }) => Object.assign(data, { cart }))
  const session = { ...stored }
  clock.now += 30_000
  await ann.request((session) => session.destroy())
  return { cookie, key: session.key, index: session.index, session, tombstone: stored }
}

/** An application with one visitor, on a driver that keeps what is stored. */
function createScene() {
  const clock = { now: t0 }
  const { driver, stored } = createRecorder()
  const config = defaultConfig('the page about Redis: 3c9e5f1b7d2a8460', {
    store: redisStore(driver),
    clock: () => clock.now,
  })
  return { clock, stored, ann: createVisitor(createSessionManager<TestData>(config)) }
}

/** A driver that does to one key what the scripts do to it. */
function createRecorder() {
  const stored = { index: '', key: '', value: Buffer.alloc(0), ttl: '', score: '' }
  const send: RedisDriver['send'] = async ({ args }) => {
    if (args[0] === 'GET') return args[1] === stored.key ? stored.value : null // no row of epochs
    const [, sha, , index, key, , ...rest] = args
    Object.assign(stored, { index, key })
    if (sha === scripts.remove.sha) {
      const [tombstone] = rest
      const ended = stored.value
      Object.assign(stored, { value: tombstone })
      return ended
    }
    const [ttl, score, row, , kind = stored.value.subarray(0, 1)] = rest
    const value = Buffer.concat([kind, row ?? ''].map((part) => Buffer.from(part)))
    Object.assign(stored, { value, ttl, score })
    return sha === scripts.insert.sha ? ['inserted'] : 'replaced'
  }
  const driver: RedisDriver = {
    send,
    sendPair: async (command) => [await send(command), 0],
    masters: async () => [send],
  }
  return { driver, stored }
}

/** The sum of flags by the table of the page. */
function sumOfFlags(names: readonly string[]): number {
  const flags = Array.from(page.matchAll(/^\| (\d+) \| (?:verifier )?`(\w+)`/gm))
  const present = flags.filter(([, , name = '']) => names.includes(name))
  expect(present).toHaveLength(names.length)
  return present.reduce((sum, [, flag]) => sum + Number(flag), 0)
}

/** The flags in a stored session: the number behind the name of the codec. */
function flagsIn(stored: Buffer): number {
  const at = stored.indexOf('msgpack') + 'msgpack'.length
  const [low = 0, high = 0] = stored.subarray(at)
  return (low < 128 ? low : low - 128 + high * 128) - 1
}

type Field = readonly [bytes: Buffer, name: string, value: string]

function header(): Field[] {
  const touchedAt = t0 + 90_000
  const expiresAt = touchedAt + 86_400_000 + 60_000
  const [prior = '', current = ''] = versions
  return [
    [Buffer.from('r'), 'kind', '`r`: a row in the index of its group. `s`: a row without an index'],
    [double(touchedAt), '`touchedAt`', `${touchedAt}`],
    [
      double(expiresAt),
      '`expiresAt`',
      `${expiresAt}: \`touchedAt\` + \`maxAge\` + \`touchInterval\``,
    ],
    [Buffer.of(2), 'number of version tags', '2; at most 4, the current one first'],
    [Buffer.of(128 + 8), 'length of the tag', '8; + 128, because the tag is base64url'],
    [base64url(current), 'current version', `\`${current}\`, random, new with each write`],
    [Buffer.of(128 + 8), 'length of the tag', '8; + 128'],
    [base64url(prior), 'prior version', `\`${prior}\`, that of the first request`],
  ]
}

function value(): Field[] {
  const hash = createHash('sha256').update(base64url(secret)).digest()
  const data = { cart }
  return [
    [Buffer.of(1), 'format', '1'],
    [Buffer.of(7), "length of the codec's name", '7'],
    [Buffer.from('msgpack'), 'codec of the data', '`msgpack`'],
    [number(1 + 2 + 4), 'flags', '7: `persistent`, `authenticatedAt`, `userId`'],
    [number(t0), '`createdAt`', `${t0}`],
    [number(90_000), '`updatedAt`', '`createdAt` + 90000'],
    [number(0), '`rotatedAt`', '`createdAt` + 0'],
    [number(2_592_000_000), '`absoluteExpiresAt`', '`createdAt` + 2592000000, 30 days'],
    [number(86_400_000), '`maxAge`', '86400000, 24 hours'],
    [number(0), '`authority`', '0'],
    [number(1), 'verifier `generation`', '1'],
    [groups(hash.length * 3 + 0), 'length and encoding', '32 bytes, base64url'],
    [hash, 'verifier `current`', 'SHA-256 of the secret'],
    [number(0), '`authenticatedAt`', '`createdAt` + 0'],
    [groups(3 * 3 + 1), 'length and encoding', '3 bytes, UTF-8'],
    [Buffer.from('ann'), '`userId`', '`ann`'],
    [Buffer.from(msgpackCodec.encode(data)), 'data', `MessagePack: \`${JSON.stringify(data)}\``],
  ]
}

function fieldsOfTombstone(): Field[] {
  return [
    [Buffer.from('t'), 'kind', '`t`: a tombstone'],
    [double(t0 + 120_000), '`at`', `${t0 + 120_000}, the time of the logout`],
    [Buffer.from('logout'), 'reason', '`logout`'],
  ]
}

/** A number as the page explains it: its distance from a base, plus 1. */
function number(distance: number): Buffer {
  return groups(distance + 1)
}

/** Groups of 7 bits, the lowest first; a set eighth bit means that another follows. */
function groups(rest: number): Buffer {
  if (rest < 128) return Buffer.of(rest)
  return Buffer.concat([Buffer.of(128 + (rest % 128)), groups(Math.floor(rest / 128))])
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return bytes
}

function base64url(text: string): Buffer {
  return Buffer.from(text, 'base64url')
}

function bytesOf(fields: readonly Field[]): Buffer {
  return Buffer.concat(fields.map(([bytes]) => bytes))
}

/** The rows of the tables: offset, bytes, field, value. */
function rowsOf(fields: readonly Field[]): string[] {
  let offset = 0
  return fields.map(([bytes, name, value]) => {
    const start = offset.toString(16).padStart(2, '0')
    offset += bytes.length
    return `| ${start} | \`${bytes.toString('hex')}\` | ${name} | ${value} |`
  })
}

/** The bytes as `xxd -g 1` prints them. */
function hexdump(bytes: Buffer): string {
  const starts = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) => line * 16)
  return starts
    .map((start) => {
      const line = bytes.subarray(start, start + 16)
      const hex = Array.from(line, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
      const text = line.toString('latin1').replace(/[^ -~]/g, '.')
      return `${start.toString(16).padStart(8, '0')}: ${hex.padEnd(48)} ${text}`
    })
    .join('\n')
}
