/** The scripts and the configuration of the image of Redis, with a real server. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rights } from '@sojourn/redis-lab'
import { createClient } from 'redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Program, type Start, startProgram } from '../local/program.ts'
import { startRedis } from '../local/redis.ts'

const folder = mkdtempSync(join(tmpdir(), 'shared-sessions-redis-'))
const passwordFile = join(folder, 'redis_password')
const password = `it's "a" $password with spaces #1`
let redis: Program & { readonly port: number }

beforeAll(async () => {
  writeFileSync(passwordFile, `${password}\n`)
  const start: Start = async (program) => {
    const running = startProgram({ ...program, folder, log: () => undefined })
    await running.ready
    return running
  }
  redis = await startRedis({ folder, secrets: folder, start })
})
afterAll(async () => {
  await redis.stop()
  rmSync(folder, { recursive: true })
})

/** Sends a command as a user; resolves to the reply, or to the message of the error. */
async function send(command: readonly string[], user?: { username: string; password: string }) {
  const socket = { port: redis.port, reconnectStrategy: false } as const
  const client = createClient({ ...user, socket })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await client.sendCommand([...command])
  } catch (error) {
    return error instanceof Error ? error.message : error
  } finally {
    if (client.isOpen) client.destroy()
  }
}

const app = { username: 'app', password }

/** Runs healthy.sh as the container does. */
function healthy(file = passwordFile): number | null {
  const script = join(import.meta.dirname, '../redis/healthy.sh')
  const env = { PATH: process.env['PATH'], REDIS_PASSWORD_FILE: file }
  return spawnSync('sh', [script, '-p', `${redis.port}`], { env }).status
}

test('the user of the sessions has the documented rights, and nobody else has any', async () => {
  expect(readFileSync(join(folder, 'users.acl'), 'utf8').trimEnd().split('\n')).toEqual([
    'user default off ~* &* +@all',
    expect.stringMatching(/^user app on #[0-9a-f]{64} /),
  ])
  expect(readFileSync(join(folder, 'users.acl'), 'utf8')).toContain(rights)
  expect(await send(['PING'], app)).toBe('PONG')
  expect(await send(['PING'])).toMatch(/NOAUTH/)
  expect(await send(['PING'], { ...app, password: 'guessed' })).toMatch(/WRONGPASS/)
  for (const command of ['FLUSHALL', 'CONFIG GET *', 'KEYS *', 'ACL LIST'])
    expect(await send(command.split(' '), app)).toMatch(/NOPERM/)
  expect(await send(['SET', 'other:key', '1'], app)).toMatch(/NOPERM/)
})

test('the password is in no argument and in no file but its own', () => {
  const list = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' })
  expect(list).toContain('redis-server')
  expect(list).not.toContain(password)
  expect(readFileSync(join(folder, 'users.acl'), 'utf8')).not.toContain(password)
})

test('healthy.sh succeeds with the right password, and fails with a wrong one and without Redis', async () => {
  const wrong = join(folder, 'wrong')
  writeFileSync(wrong, 'guessed')
  expect(healthy()).toBe(0)
  expect(healthy(wrong)).not.toBe(0)
  await redis.stop()
  expect(healthy()).not.toBe(0)
  await redis.restart()
})

test.each(['\n', '\r\n'])(
  'each line of the file is a password, with %j at its end',
  async (end) => {
    const file = readFileSync(passwordFile)
    const next = 'the next one'
    writeFileSync(passwordFile, `\ufeff${next}${end}${end}${password}${end}`)
    await redis.stop()
    await redis.restart()
    expect(await send(['PING'], { ...app, password: next })).toBe('PONG')
    expect(await send(['PING'], app)).toBe('PONG')
    expect(await send(['PING'], { ...app, password: '' })).toMatch(/WRONGPASS|NOAUTH/)
    expect(healthy()).toBe(0)
    writeFileSync(passwordFile, file)
    await redis.stop()
    await redis.restart()
  },
)

test('what was written is there after a crash, transactions included', async () => {
  const script = "redis.call('DEL', KEYS[1]) redis.call('SET', KEYS[1], 'ended')"
  await send(['SET', 'sojourn:one', 'live'], app)
  await send(['EVAL', script, '1', 'sojourn:one'], app)
  await redis.stop('SIGKILL')
  await redis.restart()
  expect(await send(['GET', 'sojourn:one'], app)).toBe('ended')
})

test.each([
  ['without a password file', undefined],
  ['with an empty one', '\r\n\n'],
])('%s it does not start, and says what to do', (_title, content) => {
  const script = join(import.meta.dirname, '../redis/start.sh')
  const file = join(folder, 'none')
  if (content !== undefined) writeFileSync(file, content)
  const env = { PATH: process.env['PATH'], REDIS_PASSWORD_FILE: file }
  const { status, stderr } = spawnSync('sh', [script], { env, encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain('Mount the secret redis_password there.')
})
