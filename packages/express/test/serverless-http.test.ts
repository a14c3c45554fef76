/** docs/how-to/run-serverless.md: events of API Gateway through serverless-http. */

import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, sessions } from '@sojourn/express'
import express from 'express'
import serverless from 'serverless-http'
import { describe, expect, test } from 'vitest'
import { httpEvent, restEvent } from './lambda-events.ts'
import { secret } from './support.ts'

interface Result {
  readonly statusCode: number
  readonly body: string
  readonly headers: Record<string, string | undefined>
  readonly multiValueHeaders?: Record<string, string[]>
  readonly cookies?: string[]
}

function makeHandler() {
  const control = controlledBackend()
  const store = keyedStore(control.backend)
  const app = express().set('trust proxy', 1).set('env', 'test')
  app.use(sessions(createSessionManager(defaultConfig(secret, { store }))))
  app.use(csrf())
  app.get('/', (req, res) => void res.send(req.session.userId ?? 'nobody'))
  app.post('/log-in', async (req, res) => {
    res.append('Set-Cookie', 'theme=dark; Path=/')
    await req.session.login('ada')
    res.json('in')
  })
  app.get('/stream', (req, res) => {
    Object.assign(req.session.data, { n: 1 })
    res.write('chunk-1 ')
    res.end('chunk-2')
  })
  const handler = serverless(app)
  return { control, invoke: async (event: object) => (await handler(event, {})) as Result }
}

const cookiesOf = ({ cookies, multiValueHeaders = {}, headers }: Result) =>
  cookies ?? multiValueHeaders['set-cookie'] ?? [headers['set-cookie'] ?? []].flat()

describe.each([
  ['a REST API, format 1.0', restEvent],
  ['an HTTP API, format 2.0', httpEvent],
])('%s', (_, event) => {
  test('logs in beside another cookie, and knows the user', async () => {
    const { invoke } = makeHandler()
    const login = await invoke(event({ method: 'POST', path: '/log-in' }))
    expect([login.statusCode, login.body]).toEqual([200, '"in"'])
    const cookies = cookiesOf(login)
    expect(cookies.map((line) => line.split('=')[0]).sort()).toEqual(['__Host-sid', 'theme'])
    const sent = cookies.map((line) => line.split(';')[0] ?? '')
    const page = await invoke(event({ method: 'GET', path: '/', cookies: sent }))
    expect(page.body).toBe('ada')
    expect(cookiesOf(page)).toEqual([])
  })

  test('a held response is whole, and one whose commit fails is 503', async () => {
    const { invoke, control } = makeHandler()
    const stream = await invoke(event({ method: 'GET', path: '/stream' }))
    expect([stream.statusCode, stream.body]).toEqual([200, 'chunk-1 chunk-2'])
    expect(cookiesOf(stream).join()).toMatch(/__Host-sid/)
    control.fail(['insert'])
    const broken = await invoke(event({ method: 'GET', path: '/stream' }))
    expect(broken.statusCode).toBe(503)
    expect(broken.body).not.toMatch(/chunk-/)
    expect(cookiesOf(broken)).toEqual([])
  })
})
