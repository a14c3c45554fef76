import { once } from 'node:events'
import cookieSession from 'cookie-session'
import express from 'express'
import { sealData } from 'iron-session'
import { expect, onTestFinished, test } from 'vitest'
import { sojourn, writeTemporary } from '../support.ts'

const secrets = ['a first secret of more than 32 bytes', 'a second secret of more than 32 bytes']
const secretFile = writeTemporary('secret', `${secrets.join('\n')}\n`)

const check = async (from: string, lines: readonly string[], args: readonly string[] = []) => {
  const cookies = writeTemporary('cookies', `${lines.join('\n')}\n`)
  const all = ['--from', from, '--secret-file', secretFile, '--cookies', cookies, ...args, '--json']
  const { status, stdout } = await sojourn(['migrate', 'check', ...all])
  return { status, ...JSON.parse(stdout) }
}

test('cookie-session: a session and its signature are one line', async () => {
  const app = express().use(cookieSession({ keys: secrets.slice(1) }))
  app.get('/', (request, response) => {
    Reflect.set(request, 'session', { user: 'ann', cart: [1] }) // another library declares its type
    response.end()
  })
  const server = app.listen(0)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const response = await fetch(`http://127.0.0.1:${Object(server.address()).port}`)
  const line = response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

  const result = await check('cookie-session', [
    line,
    line.replace('session.sig=', 'session.sig=x'),
  ])
  expect(result).toMatchObject({ status: 2, library: 'cookie-session' })
  expect(result.target).toBeUndefined()
  expect(result.cookies).toMatchObject({ read: 2, carried: 1, userPaths: ['user'] })
  expect(result.cookies.refused).toEqual([
    { why: expect.stringContaining('not genuine'), count: 1, examples: [] },
  ])
})

test('iron-session: the value alone is enough, with the password of its id', async () => {
  const seal = (id: string, password: string) =>
    sealData({ user: 7 }, { password: { [id]: password } })
  const [first = '', second = ''] = secrets
  const lines = [await seal('1', first), await seal('2', second), await seal('2', first)]
  const args = ['--cookie-name', 'auth', '--user', 'user']
  const { status, cookies } = await check('iron-session', lines, args)
  expect(status).toBe(2)
  expect(cookies).toMatchObject({ read: 3, carried: 2, users: { sessions: 2, users: 1 } })
})

test.each([
  'cookie-session',
  'koa-session',
  '@fastify/secure-session',
  '@hono/session',
  'hono-sessions',
  'iron-session',
])('%s: a cookie that is not genuine is told apart', async (from) => {
  const one = ['--secret-file', writeTemporary('secret', secrets[0] ?? '')]
  const named = ['--cookie-name', 'session', ...one]
  const { status, cookies } = await check(from, ['session=eyJhIjoxfQ==.x'], named)
  expect(status).toBe(2)
  expect(cookies.refused).toEqual([
    { why: expect.stringContaining('not genuine'), count: 1, examples: [] },
  ])
})

test('without cookies there is nothing to look at', async () => {
  const args = ['migrate', 'check', '--from', 'koa-session', '--secret-file', secretFile]
  const { status, stderr } = await sojourn(args)
  expect(status).toBe(64)
  expect(stderr).toContain('Give --cookies FILE')
  const unnamed = await sojourn(['migrate', 'check', '--from', 'iron-session', '--cookies', 'x'])
  const inRedis = await sojourn([...args, 'redis://127.0.0.1'])
  expect(inRedis).toMatchObject({
    status: 64,
    stderr: expect.stringContaining('without an address'),
  })
  expect(unnamed).toMatchObject({ status: 64, stderr: expect.stringContaining('--cookie-name') })
})
