// What is measured of one subject, each task in a process of its own.
import { randomInt } from 'node:crypto'
import { type BenchData, signedIn } from '../contenders/data.ts'
import type { Subject } from '../in-process/subject.ts'
import { heapInUse } from '../load/heap.ts'
import { inParallel, type Meter } from './cost.ts'
import { type Line, Lines } from './lines.ts'
import { type ScaleSubject, subjects } from './subjects.ts'
import { ofWriters } from './writers.ts'

/** Measures a subject at these sizes. */
type Task = (name: string, sizes: readonly number[], meter: Meter) => Promise<readonly Line[]>

/** All tasks, by what they vary. */
export const tasks = {
  sessions: ofSessions,
  payload: ofPayload,
  users: ofUsers,
  writers: ofWriters,
  bytes: ofBytes,
} satisfies Record<string, Task>

/** The sessions whose requests come again and again. */
const regulars = 1_000
/** A sample of all sessions. It is larger than the caches of tokens, so that most of its requests find none. */
const sample = 20_000

/** While so many sessions live: a read and a write of regular visitors, a read of anyone, a login; bytes per session. */
async function ofSessions(name: string, sizes: readonly number[], meter: Meter) {
  const lines = new Lines(name)
  const subject = await warm(name, meter)
  const cookies = { regular: [] as string[], any: [] as string[] }
  const empty = await heapInUse()
  let count = 0
  const logIn = async () => {
    const cookie = await subject.login(signedIn())
    count++
    if (cookies.regular.length < regulars) cookies.regular.push(cookie)
    const place = count <= sample ? count - 1 : randomInt(count) // reservoir sampling
    if (place < sample) cookies.any[place] = cookie
  }
  for (const size of sizes) {
    await inParallel(size - count, logIn)
    const { regular, any } = cookies
    const bytes = (await heapInUse()) - empty
    if (!meter.redis) lines.add('bytes', { x: size, y: bytes / count })
    await meter.add(lines, 'R', size, (n) => subject.read(regular[n % regular.length] ?? ''))
    await meter.add(lines, 'R, any', size, () => subject.read(any[randomInt(any.length)] ?? ''))
    await meter.add(lines, 'W', size, (n) => writeOnce(subject, regular, n))
    await meter.add(lines, 'login', size, logIn)
  }
  return lines.all()
}

/** Sessions of so many KiB of JSON. */
async function ofPayload(name: string, sizes: readonly number[], meter: Meter) {
  const lines = new Lines(name)
  const subject = await warm(name, meter)
  for (const size of sizes) {
    await meter.redis?.flush()
    const data = (): BenchData => ({ user: signedIn().user ?? '', n: 1, profile: profileOf(size) })
    const cookies: string[] = []
    await inParallel(300, async () => cookies.push(await subject.login(data())))
    const share = Math.min(1, 4 / size) // large ones take their time
    await meter.add(lines, 'R', size, (n) => subject.read(cookies[n % cookies.length] ?? ''), share)
    await meter.add(lines, 'W', size, (n) => writeOnce(subject, cookies, n), share)
    await meter.add(lines, 'login', size, () => subject.login(data()), share / 4) // they all stay
  }
  return lines.all()
}

/** Users with so many sessions each, which is also their limit: each login ends one. */
async function ofUsers(name: string, sizes: readonly number[], meter: Meter) {
  const lines = new Lines(name)
  await warm(name, meter)
  for (const size of sizes) {
    await meter.redis?.flush()
    const subject = (await subjects[name]?.(size)) as ScaleSubject
    const data = (n: number) => ({ ...signedIn(), user: `user-${n % users}` })
    await inParallel(users * size, (n) => subject.login(data(n)))
    await meter.add(lines, 'login', size, (n) => subject.login(data(n)))
    await meter.add(lines, 'list', size, async (n) => subject.list?.(`user-${n % users}`), 0.1)
  }
  return lines.all()
}

/** What a session takes in Redis, and its share of the index, at users with so many sessions each. */
async function ofBytes(name: string, sizes: readonly number[], { redis }: Meter) {
  const lines = new Lines(name)
  for (const size of sizes) {
    await redis?.flush()
    const subject = (await subjects[name]?.()) as ScaleSubject
    const count = 1_000 * size
    await inParallel(count, (n) => subject.login({ ...signedIn(), user: `user-${n % 1_000}` }))
    const { sessions = 0, indexes = 0 } = (await redis?.bytes()) ?? {}
    lines.add('a session', { x: size, y: sessions / count })
    lines.add('its share of the index', { x: size, y: indexes / count })
  }
  return lines.all()
}

/** So many users have many sessions: one for each request that runs at once. */
const users = 16

/** Returns a subject whose code has been compiled. Its sessions are gone. */
async function warm(name: string, meter: Meter): Promise<ScaleSubject> {
  const create = subjects[name]
  if (!create) throw new Error(`There is no subject ${name}`)
  const subject = await create()
  const cookies: string[] = []
  await inParallel(5_000, async () => cookies.push(await subject.login(signedIn())))
  await inParallel(30_000, (n) =>
    n % 3 === 0 ? writeOnce(subject, cookies, n) : subject.read(cookies[n % cookies.length] ?? ''),
  )
  await meter.redis?.flush()
  return await create()
}

async function writeOnce({ write }: Subject, cookies: string[], n: number): Promise<void> {
  const place = n % cookies.length
  cookies[place] = await write(cookies[place] ?? '')
}

/** Returns data of about so many KiB as JSON, as a shopping cart has it. */
function profileOf(size: number): object {
  const item = (n: number) => ({ sku: `SKU-${1_000 + n}`, count: 1 + (n % 9), price: 9.99 })
  return {
    cart: Array.from({ length: Math.max(1, Math.round((size * 1_024) / 40)) }, (_, n) => item(n)),
  }
}
