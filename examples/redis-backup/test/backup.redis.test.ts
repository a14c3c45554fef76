// 10,000 sessions, a backup, the loss of all data, and a restore: with an append-only file and with snapshots.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createVisitor, type TestData, type Visitor } from '@sojourn/conformance/testing'
import {
  createSessionManager,
  defaultConfig,
  logEvents,
  type SessionId,
  type SessionManager,
} from '@sojourn/core'
import { type RedisNode, startNode } from '@sojourn/redis-lab'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import { afterEach, describe, expect, test } from 'vitest'
import { endAgain } from '../end-again.ts'

const run = promisify(execFile)
const script = (name: string) => join(import.meta.dirname, '..', name)
const total = 10_000

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const kinds: Readonly<Record<string, readonly string[]>> = {
  'an append-only file': ['appendonly yes', 'appendfsync everysec'],
  snapshots: ['save 3600 1'],
}

describe.each(Object.entries(kinds))('a Redis with %s', (_kind, lines) => {
  test(`${total.toLocaleString('en')} sessions are alive after a restore, and what ended since the backup ends again`, async () => {
    const { node, folder } = await open(lines)
    const { manager, log, clock } = await connect(node)

    const users = await inBatches([...Array(total).keys()], (n) => logIn(manager, n))
    const untouched = users.slice(300)
    const [endedBefore, endedAfter] = [users.slice(0, 100), users.slice(100, 200)]
    const [elevatedAfter, rotatedAfter] = [users.slice(200, 210), users.slice(210, 220)]
    for (const { id } of endedBefore) await manager.revoke(id)
    for (let n = 0; n < 2; n++) await rotate(rotatedAfter, clock)

    const startedAt = performance.now()
    const { stdout } = await run(script('backup.sh'), [folder, '-p', String(node.port)])
    const backup = stdout.trim()
    expect((await stat(backup)).mode & 0o077).toBe(0)
    const logged = log.length
    for (const { id } of endedAfter) await manager.revoke(id)
    const stolen = elevatedAfter.map((user) => ({ ...user, visitor: user.visitor.copy() }))
    for (const { visitor, userId } of elevatedAfter)
      await visitor.request((session) => session.login(userId))
    for (let n = 0; n < 3; n++) await rotate(rotatedAfter, clock)
    const later = [await logIn(manager, total), await logIn(manager, total + 1)]
    expect(await countAlive(manager, [...rotatedAfter, ...elevatedAfter, ...later])).toBe(22)

    await loseData(node)
    await run(script('restore.sh'), [backup, join(node.folder, 'redis.conf'), node.folder])
    await node.restart()

    expect(await countAlive(manager, untouched)).toBe(total - 300)
    console.info(
      `${total} sessions backed up and restored in ${Math.round(performance.now() - startedAt)} ms`,
    )
    expect(await countAlive(manager, endedBefore)).toBe(0)
    expect(await countAlive(manager, endedAfter)).toBe(100) // back, as the page says
    expect(await countAlive(manager, stolen)).toBe(10) // an old token opens its session again, …
    expect(await countAlive(manager, elevatedAfter)).toBe(0) // … and the new one does not
    expect(await countAlive(manager, rotatedAfter)).toBe(0) // both tokens of the browser are newer
    expect(await countAlive(manager, later)).toBe(0)
    const afterRestore = log.splice(logged)
    expect(afterRestore.filter((line) => line.includes('"event":"replayed"'))).toEqual([])

    expect(await endAgain(manager, afterRestore)).toEqual({ ended: 110, everybody: false })
    expect(await countAlive(manager, [...endedAfter, ...stolen])).toBe(0)
    expect(await countAlive(manager, untouched)).toBe(total - 300)

    // Once more, with the server's own persistence: what was restored is not in its memory alone.
    if (lines.includes('appendonly yes')) await synced(node)
    else await node.command('SAVE')
    await node.kill()
    await node.restart()
    expect(await countAlive(manager, untouched)).toBe(total - 300)
    expect(await countAlive(manager, [...endedAfter, ...stolen])).toBe(0)
  })
})

test('a revokeEverybody after the backup is done again', async () => {
  const { node, folder } = await open(['save 3600 1'])
  const { manager, log } = await connect(node)
  const users = await inBatches([...Array(10).keys()], (n) => logIn(manager, n))
  const { stdout } = await run(script('backup.sh'), [folder, '-p', String(node.port)])
  await manager.revokeEverybody()
  await loseData(node)
  await run(script('restore.sh'), [stdout.trim(), join(node.folder, 'redis.conf'), node.folder])
  await node.restart()
  const { manager: afterwards } = await connect(node) // a process that was started after the restore
  expect(await countAlive(afterwards, users)).toBe(10)
  expect(await endAgain(afterwards, log)).toMatchObject({ everybody: true })
  expect(await countAlive(afterwards, users)).toBe(0)
})

test('a server with a password and users is restored as well', async () => {
  const acl = ['user default off ~* &* +@all', 'user app on >secret ~* &* +@all', 'appendonly yes']
  const { node, folder } = await open(acl)
  const env = { ...process.env, REDISCLI_AUTH: 'secret' }
  const args = [folder, '-p', String(node.port), '--user', 'app']
  const { stdout } = await run(script('backup.sh'), args, { env })
  await loseData(node)
  await run(script('restore.sh'), [stdout.trim(), join(node.folder, 'redis.conf'), node.folder])
  await node.restart()
})

describe('a backup', () => {
  test('needs no right to read keys by name, and no password in its arguments', async () => {
    const acl = 'user backup on >secret resetchannels -@all +psync +sync +replconf +ping'
    const { node, folder } = await open([acl])
    const env = { ...process.env, REDISCLI_AUTH: 'secret' }
    const args = [folder, '-p', String(node.port), '--user', 'backup']
    await run(script('backup.sh'), args, { env })
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^sessions-\d{8}T\d{6}Z\.rdb$/)])
  })

  test('of a server that is not there leaves no file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backup-'))
    closers.push(() => rm(folder, { recursive: true }))
    await expect(run(script('backup.sh'), [folder, '-p', '1'])).rejects.toThrow()
    expect(await readdir(folder)).toEqual([])
  })
})

describe('a restore is refused and changes nothing', () => {
  test('while the server runs, and of a file that is no backup', async () => {
    const { node } = await open(['save 3600 1'])
    await node.command('SET', 'key', 'value')
    await node.command('SAVE')
    const backup = join(node.folder, 'dump.rdb')
    const before = await readFile(backup)
    const args = [backup, join(node.folder, 'redis.conf'), node.folder]
    await expect(run(script('restore.sh'), args)).rejects.toThrow('Stop the server first.')
    await node.kill()
    const broken = join(node.folder, 'broken.rdb')
    await writeFile(broken, before.subarray(0, -9))
    await expect(run(script('restore.sh'), [broken, ...args.slice(1)])).rejects.toThrow()
    expect(await readFile(backup)).toEqual(before)
  })

  test.each([
    ['into a folder that the server does not read', 'dir "/nowhere"', 'has dir /nowhere'],
    ['if it cannot ask for the settings', 'rename-command CONFIG ""', 'refuses CONFIG GET'],
  ])('%s, and leaves no server behind', async (_case, line, problem) => {
    const { node } = await open(['save 3600 1'])
    await node.command('SET', 'key', 'value')
    await node.command('SAVE')
    await node.kill()
    const [backup, conf] = ['dump.rdb', 'other.conf'].map((name) => join(node.folder, name)) as [
      string,
      string,
    ]
    await writeFile(conf, `${line}\n`)
    const before = await readdir(node.folder)
    const work = await mkdtemp(join(tmpdir(), 'restore-')) // where the script has its server
    closers.push(() => rm(work, { recursive: true }))
    const env = { ...process.env, TMPDIR: work }
    const restoring = run(script('restore.sh'), [backup, conf, node.folder], { env })
    await expect(restoring).rejects.toThrow(problem)
    expect((await readdir(node.folder)).toSorted()).toEqual(before.toSorted())
    expect(await readdir(work)).toEqual([])
    const { stdout } = await run('ps', ['-eo', 'args']) // Redis shows the path of its socket there
    expect(stdout).not.toContain(work)
  })
})

/** A server with these lines in its configuration, and a folder for backups. */
async function open(lines: readonly string[]) {
  const node = await startNode({ lines: ['repl-diskless-sync-delay 0', ...lines] })
  const folder = await mkdtemp(join(tmpdir(), 'backup-'))
  closers.push(
    () => node.stop(),
    () => rm(folder, { recursive: true }),
  )
  return { node, folder }
}

/** A manager on a server, the lines of its log, and how far its clock is ahead. */
async function connect({ host, port }: RedisNode) {
  const socket = { host, port, reconnectStrategy: 50 }
  const client = createClient({ socket, disableOfflineQueue: true })
  await client.on('error', () => undefined).connect()
  closers.push(() => client.destroy())
  const clock = { offset: 0 }
  const manager = createSessionManager<TestData>(
    defaultConfig(secretKey, {
      store: nodeRedisStore(client),
      clock: () => Date.now() + clock.offset,
      warn: () => undefined,
    }),
  )
  const log: string[] = []
  const write = (message: string, fields: object) =>
    void log.push(JSON.stringify({ message, ...fields }))
  logEvents(manager, { debug: write, info: write, warn: write, error: write })
  return { manager, log, clock }
}
const secretKey = randomBytes(32)

/** Calls `act` for each item, 100 at a time, so that no operation waits longer than its deadline. */
async function inBatches<Item, Result>(
  items: readonly Item[],
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (let at = 0; at < items.length; at += 100)
    results.push(...(await Promise.all(items.slice(at, at + 100).map(act))))
  return results
}

/** A browser that is logged in. */
interface User {
  readonly userId: string
  readonly id: SessionId
  readonly visitor: Visitor
}

async function logIn(manager: SessionManager<TestData>, n: number): Promise<User> {
  const visitor = createVisitor(manager)
  const userId = `user-${n}`
  const id = await visitor.request(async (session) => {
    await session.login(userId)
    return session.id
  })
  return { userId, id, visitor }
}

/** Rotates the tokens of users by age. */
async function rotate(users: readonly User[], clock: { offset: number }): Promise<void> {
  clock.offset += 20 * 60_000 // longer than `rotationInterval`
  for (const { visitor } of users) {
    await visitor.request() // is offered a token …
    await visitor.request() // … and confirms it
  }
}

/** Counts the users whose cookie opens their session. */
async function countAlive(
  manager: SessionManager<TestData>,
  users: readonly User[],
): Promise<number> {
  await reconnected(manager)
  const found = await inBatches(users, ({ visitor: { cookie } }) =>
    manager.read(cookie === undefined ? {} : { cookie }),
  )
  return found.filter(({ userId }, n) => userId === users[n]?.userId).length
}

/** Waits until the client has found the server that was started again. */
async function reconnected(manager: SessionManager<TestData>): Promise<void> {
  for (;;) {
    const isThere = await manager.ping().then(
      () => true,
      () => new Promise<false>((resolve) => setTimeout(resolve, 20, false)),
    )
    if (isThere) return
  }
}

/** Kills the server and deletes all of its data, as when a disk is lost. */
async function loseData(node: RedisNode): Promise<void> {
  await node.kill()
  for (const name of await readdir(node.folder))
    if (name !== 'redis.conf') await rm(join(node.folder, name), { recursive: true })
}

/** Waits until the append-only file has what was written: `WAITAOF` of Redis 7.2 would say it. */
async function synced(node: RedisNode): Promise<void> {
  await node.command('CONFIG', 'SET', 'appendfsync', 'always')
  await node.command('SET', 'last', 'write') // its reply comes after the file is synced
}
