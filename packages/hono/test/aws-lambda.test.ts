/** docs/how-to/run-serverless.md: events of API Gateway through the adapter of Hono. */
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, type SessionEnv, sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { handle } from 'hono/aws-lambda'
import { describe, expect, test } from 'vitest'
import { httpEvent, restEvent } from './lambda-events.ts'

interface Result {
  readonly statusCode: number
  readonly body: string
  readonly headers?: Record<string, string>
  readonly multiValueHeaders?: Record<string, string[]>
  readonly cookies?: string[]
}

function makeHandler() {
  const store = keyedStore(referenceBackend())
  const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
  const app = new Hono<SessionEnv>()
    .use(sessions(createSessionManager(defaultConfig(secret, { store }))))
    .use(csrf())
    .get('/', (c) => {
      c.header('Set-Cookie', 'theme=dark; Path=/')
      return c.text(c.get('session').userId ?? 'nobody')
    })
    .post('/log-in', async (c) => {
      c.header('Set-Cookie', 'theme=dark; Path=/')
      await c.get('session').login('ada')
      return c.text('in')
    })
  const handler = handle(app)
  return async (event: object): Promise<Result> => {
    const result = handler(event as Parameters<typeof handler>[0], undefined as never)
    return (await result) as unknown as Result
  }
}

/** The lines of Set-Cookie, wherever the format has them. */
const cookiesOf = ({ cookies, multiValueHeaders = {}, headers = {} }: Result) =>
  cookies ?? multiValueHeaders['set-cookie'] ?? [headers['set-cookie']].filter(Boolean)

describe.each([
  ['a REST API, format 1.0', restEvent],
  ['an HTTP API, format 2.0', httpEvent],
])('%s', (_, event) => {
  test('logs in beside another cookie, and knows the user', async () => {
    const invoke = makeHandler()
    const login = await invoke(event({ method: 'POST', path: '/log-in' }))
    expect(login.statusCode).toBe(200)
    const cookies = cookiesOf(login)
    expect(cookies.map((line) => line?.split('=')[0]).sort()).toEqual(['__Host-sid', 'theme'])
    const sent = cookies.map((line) => line?.split(';')[0] ?? '')
    const page = await invoke(event({ method: 'GET', path: '/', cookies: sent }))
    expect(page.body).toBe('ada')
    expect(cookiesOf(page).join()).not.toMatch(/__Host-sid/)
  })
})
