/** Two services behind nginx, one session: through the real nginx, over TLS, with the real Redis. */
import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@sojourn/redis-lab/processes'
import { expect, test } from 'vitest'
import { createClient } from './client.ts'
import { useStack } from './use-stack.ts'

const stack = useStack()
const client = () => createClient(stack())

test('what one service sets, the other reads, in each of their processes', async () => {
  const ada = client()
  await ada.post('/user/nickname', { nickname: 'Countess' })
  const seen = await Promise.all(Array.from({ length: 6 }, () => ada.session('task')))
  expect(new Set(seen.map(({ nickname }) => nickname))).toEqual(new Set(['Countess']))
  expect(new Set(seen.map(({ instance }) => instance))).toEqual(new Set(['task-1', 'task-2']))
  expect((await ada.get('/task/')).body).toContain('Tasks of Countess')
})

test('a login at one is seen at the other, with what the visitor had', async () => {
  const ada = client()
  await ada.post('/task/add', { task: 'before the login' })
  const { status } = await ada.logIn()
  expect(status).toBe(303)
  expect(await ada.session('task')).toMatchObject({
    userId: 'user-1',
    tasks: ['before the login'],
  })
})

test('what is revoked at one is dead at the other, and told why', async () => {
  const [here, there] = [client(), client()]
  await here.logIn()
  await there.logIn()
  const { body } = await here.get('/user/')
  for (const [, id = ''] of body.matchAll(/name="id" value="([^"]+)"/g))
    await here.post('/user/revoke', { id })

  const dead = await there.session('task')
  expect(dead).toMatchObject({ ended: 'revoked' })
  expect(dead.userId).toBeUndefined()
  expect(await here.session('task')).toMatchObject({ userId: 'user-1' })
})

test('parallel writes of both services are all kept', async () => {
  const ada = client()
  await ada.logIn()
  const tasks = Array.from({ length: 12 }, (_, n) => `task ${n}`)
  const replies = await Promise.all([
    ...tasks.map((task) => ada.post('/task/add', { task })),
    ada.post('/user/nickname', { nickname: 'Countess' }),
  ])
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([303]))
  const kept = await ada.session('user')
  expect(kept.nickname).toBe('Countess')
  expect(kept.tasks.toSorted()).toEqual(tasks.toSorted())
})

test('a crash of Redis logs nobody out, undoes no logout, and restarts no service', async () => {
  const [ada, left] = [client(), client()]
  await ada.logIn()
  await ada.post('/task/add', { task: 'survive' })
  await left.logIn()
  await left.post('/task/add', { task: 'must not come back' })
  const before = left.cookie
  await left.post('/user/log-out')
  left.cookie = before

  await stack().redis.stop('SIGKILL')
  const { cookie } = ada
  const failed = await ada.get('/task/session')
  expect(failed.status).toBe(503)
  expect(Number(failed.headers['retry-after'])).toBeGreaterThan(0)
  expect(ada.cookie).toBe(cookie)
  const [one] = stack().services.task
  const service = createClient({ url: one?.url ?? '' })
  expect((await service.get('/healthz')).status).toBe(200)
  expect((await service.get('/readyz')).status).toBe(503)

  await stack().redis.restart()
  for (const { url } of Object.values(stack().services).flat())
    await until(`${url} to be ready`, async () => (await fetch(`${url}/readyz`)).ok)
  expect(await ada.session('task')).toMatchObject({ userId: 'user-1', tasks: ['survive'] })
  expect(await left.session('task')).toMatchObject({ ended: 'logout' })
})

test('a new secret above the old one, and a restart of every process, log nobody out', async () => {
  const ada = client()
  await ada.logIn()
  const file = join(stack().secrets, 'session_secret')
  const old = await readFile(file, 'utf8')
  await writeFile(`${file}.new`, `${randomBytes(32).toString('base64url')}\n${old}`)
  await rename(`${file}.new`, file)
  for (const program of Object.values(stack().services).flat()) {
    await program.stop()
    await program.restart()
    expect((await ada.session('task')).userId).toBe('user-1')
  }
})

test('a page does not tell a stranger why Redis is not there', async () => {
  const ada = client()
  await ada.logIn()
  await stack().redis.stop()
  const { body } = await ada.get('/user/')
  await stack().redis.restart()
  expect(body).toContain('Back in a moment')
  const [page] = body.split('<footer>') // which says what the example is made of
  expect(page).not.toMatch(/redis|ECONN|ERR_|127\.0/i)
})
