/** What nginx must do right for the cookie and for the CSRF check, and what a client cannot make it do. */
import { once } from 'node:events'
import https from 'node:https'
import { expect, test } from 'vitest'
import { proxyAddress } from '../local/services.ts'
import { createClient } from './client.ts'
import { useStack } from './use-stack.ts'

const stack = useStack()
const client = () => createClient(stack())

test('the cookie is Secure, and bound to the host by its name', async () => {
  const { setCookies } = await client().logIn()
  expect(setCookies).toHaveLength(1)
  expect(setCookies[0]).toMatch(/^__Host-sid=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax/)
})

test.each([
  { 'x-forwarded-proto': 'http' },
  { 'x-forwarded-proto': 'http, http', forwarded: 'proto=http' },
  { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.example' },
])('nginx overwrites what a client forges: %o', async (forged) => {
  const ada = client()
  const credentials = { name: 'ada', password: 'analytical' }
  const { status, setCookies } = await ada.post('/user/log-in', credentials, forged)
  expect(status).toBe(303)
  expect(setCookies[0]).toContain('; Secure;')
  expect((await ada.session('task')).userId).toBe('user-1')
})

test.each(['user', 'task'] as const)(
  'whoever goes round nginx to %s is not believed to use HTTPS',
  async (service) => {
    const [one] = stack().services[service]
    const visitor = createClient({ url: one?.url ?? '' })
    const path = { user: '/user/nickname', task: '/task/add' }[service]
    const forged = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' }
    const { status, setCookies } = await visitor.post(path, { nickname: 'Eve', task: 'x' }, forged)
    expect(status).toBe(303)
    // Only Linux has a second address of loopback for nginx. Elsewhere everybody on the machine comes from the same one.
    expect(setCookies).toHaveLength(proxyAddress === '127.0.0.1' ? 1 : 0)
  },
)

test('plain HTTP is redirected, whatever the client forges, and reaches no service', async () => {
  const visitor = createClient({ url: stack().plainUrl })
  const reply = await visitor.get('/user/?a=b', { 'x-forwarded-proto': 'https' })
  expect(reply.status).toBe(308)
  expect(reply.headers.location).toBe(`${stack().url}/user/?a=b`)
  expect(reply.setCookies).toEqual([])
})

test('a client that asks for another host gets no certificate', async () => {
  const { url, ca } = stack()
  const request = https.get(url, { ca, servername: 'other.example', agent: false })
  const [error] = await once(request, 'error')
  expect(error.message).toMatch(/unrecognized name/i)
})

test.each<[string, number, (url: string) => Record<string, string>]>([
  ['the same origin, with its port', 303, (url) => ({ origin: url })],
  ['the same origin, as current browsers say it', 303, () => ({ 'sec-fetch-site': 'same-origin' })],
  ['another origin', 403, () => ({ origin: 'https://evil.example' })],
  ['another port', 403, () => ({ origin: 'https://localhost:1' })],
  ['plain HTTP', 403, (url) => ({ origin: url.replace('https', 'http') })],
  ['another site', 403, () => ({ 'sec-fetch-site': 'cross-site' })],
  [
    'another origin with a forged host',
    403,
    () => ({ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }),
  ],
])('a form from %s gets %d from both services', async (_title, expected, headersFor) => {
  const ada = client()
  const headers = headersFor(stack().url)
  const replies = [
    await ada.post('/user/nickname', { nickname: 'Ada' }, headers),
    await ada.post('/task/add', { task: 'one' }, headers),
  ]
  expect(replies.map(({ status }) => status)).toEqual([expected, expected])
})

test('the probes and everything else of the services stay inside', async () => {
  const ada = client()
  const paths = ['/healthz', '/readyz', '/user/readyz', '/task/readyz', '/no-such']
  const statuses = await Promise.all(paths.map(async (path) => (await ada.get(path)).status))
  expect(new Set(statuses)).toEqual(new Set([404]))
})

test('a service that stops under traffic loses no read, and no write is lost or done twice', async () => {
  const ada = client()
  await ada.logIn()
  const [stopping] = stack().services.task
  const reads: number[] = []
  const written: string[] = []
  const browse = async (_visitor: unknown, number: number) => {
    for (let n = 0; n < 10; n++) {
      reads.push((await ada.get('/task/')).status)
      const task = `${number}.${n}`
      const { status } = await ada.post('/task/add', { task })
      if (status === 303) written.push(task)
      else expect(status).toBe(503) // it was not accepted yet when the service closed: the client is told
      if (number === 0 && n === 2) await stopping?.stop()
    }
  }
  await Promise.all(Array.from({ length: 4 }, browse))
  await stopping?.restart()
  expect(new Set(reads)).toEqual(new Set([200]))
  expect((await ada.session('task')).tasks.toSorted()).toEqual(written.toSorted())
})
