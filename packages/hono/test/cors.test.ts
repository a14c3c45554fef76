/** docs/how-to/serve-another-origin.md: the page of another origin must be able to read what goes wrong, too. */
import { csrf, requireSession, type SessionEnv, sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { describe, expect, test } from 'vitest'
import { makeManager } from './support.ts'

const page = 'https://app.shop.example'
const { manager, control } = makeManager()

const api = new Hono<SessionEnv>()
  .use(cors({ origin: page, credentials: true, exposeHeaders: ['Retry-After'] }))
  .use(sessions(manager))
  .use(csrf({ trustedOrigins: [page] }))
  .post('/log-in', async (c) => {
    await c.get('session').login('ada')
    return c.json({})
  })
  .get('/me', requireSession(), (c) => c.json({ userId: c.get('session').userId }))

const ask = (path: string, origin: string, init: RequestInit = {}) =>
  api.request(`https://api.shop.example${path}`, {
    ...init,
    headers: { Origin: origin, 'Sec-Fetch-Site': 'same-site', ...init.headers },
  })

const corsHeaders = {
  'access-control-allow-origin': page,
  'access-control-allow-credentials': 'true',
}

describe('a page of another origin', () => {
  test('may read a login, a 401 and a 503', async () => {
    const login = await ask('/log-in', page, { method: 'POST' })
    const cookie = login.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const anonymous = await ask('/me', page)
    control.fail(['find'])
    const broken = await ask('/me', page, { headers: { cookie } })
    control.restore()
    const responses = [login, anonymous, broken]
    expect(responses.map(({ status }) => status)).toEqual([200, 401, 503])
    for (const { headers } of responses)
      expect(Object.fromEntries(headers)).toMatchObject(corsHeaders)
    expect(login.headers.get('vary')).toMatch(/Origin.*Cookie/)
    expect(broken.headers.get('retry-after')).toBe('1')
  })

  test('that is not trusted gets 403, and no browser lets it read that', async () => {
    const response = await ask('/log-in', 'https://evil.example', { method: 'POST' })
    expect(response.status).toBe(403)
    expect(response.headers.get('access-control-allow-origin')).not.toBe('https://evil.example')
  })

  test('asks by a preflight, which needs no session', async () => {
    const headers = { 'Access-Control-Request-Method': 'POST' }
    const response = await ask('/log-in', page, { method: 'OPTIONS', headers })
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject(corsHeaders)
  })
})
