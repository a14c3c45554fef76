/** docs/how-to/log-in-with-openid-connect.md, with oidc-provider on another site, openid-client and Chromium. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, sessions } from '@sojourn/express'
import express from 'express'
import { Provider } from 'oidc-provider'
import * as oidc from 'openid-client'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

interface Attempt {
  readonly nonce: string
  readonly verifier: string
  readonly returnTo: string
  readonly startedAt: number
}
declare module '@sojourn/core' {
  interface SessionData {
    attempts?: Map<string, Attempt>
  }
}

let browser: Browser
let servers: Server[] = []
let site: string
let manager: SessionManager
const clock = { now: Date.UTC(2030, 0, 1) }

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? 'chromium' })
  const [application, provider] = [createServer(), createServer()]
  servers = [application, provider]
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening')
  const portOf = (server: Server) => (server.address() as AddressInfo).port
  site = `http://localhost:${portOf(application)}`
  const issuer = `http://127.0.0.1:${portOf(provider)}` // another site than localhost
  provider.on('request', makeProvider(issuer))
  application.on('request', await makeApplication(issuer))
})
afterAll(async () => {
  await browser.close()
  for (const server of servers) server.close().closeAllConnections()
})

const id = 'shop'
const clientSecret = randomBytes(32).toString('hex')

function makeProvider(issuer: string): RequestListener {
  const client = {
    client_id: id,
    client_secret: clientSecret,
    redirect_uris: [`${site}/callback`],
  }
  const keys = [randomBytes(16).toString('hex')]
  return new Provider(issuer, { clients: [client], cookies: { keys } }).callback()
}

async function makeApplication(issuer: string): Promise<RequestListener> {
  const provider = await oidc.discovery(new URL(issuer), id, clientSecret, undefined, {
    execute: [oidc.allowInsecureRequests],
  })
  const store = keyedStore(referenceBackend())
  manager = createSessionManager(devConfig(randomBytes(32), { store }))
  const app = express()
  app.post('/callback', express.urlencoded({ extended: false }), (req, res) => {
    res.redirect(303, `/callback?${new URLSearchParams(req.body)}`)
  })
  app.use(sessions(manager))
  app.use(csrf())
  app.get('/', (req, res) => void res.send(req.session.userId ?? 'nobody'))
  app.get('/log-in', async (req, res) => {
    if (req.session.ended !== undefined) {
      res.clearCookie(manager.cookieName, { httpOnly: true, sameSite: 'lax', secure: req.secure })
      return res.redirect(303, req.originalUrl)
    }
    const [state, nonce, verifier] = [
      oidc.randomState(),
      oidc.randomNonce(),
      oidc.randomPKCECodeVerifier(),
    ]
    const returnTo = String(req.query['to'] ?? '/')
    await req.session.update((data) => {
      const open = [...(data.attempts ?? [])].filter(([, attempt]) => isOpen(attempt)).slice(-4)
      data.attempts = new Map([
        ...open,
        [state, { nonce, verifier, returnTo, startedAt: clock.now }],
      ])
    })
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: `${site}/callback`,
      scope: 'openid',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(req.query['mode'] === 'form' ? { response_mode: 'form_post' } : {}),
    })
    res.redirect(303, url.href)
  })
  app.get('/callback', async (req, res) => {
    const state = String(req.query['state'])
    const attempt = await req.session.update((data) => {
      const found = data.attempts?.get(state)
      data.attempts?.delete(state)
      return found
    })
    if (!attempt || !isOpen(attempt)) return res.status(400).send('start again')
    const tokens = await oidc.authorizationCodeGrant(provider, new URL(req.originalUrl, site), {
      expectedState: state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.verifier,
    })
    await req.session.login(`${tokens.claims()?.sub}`)
    res.redirect(303, attempt.returnTo)
  })
  return app
}

const isOpen = ({ startedAt }: Attempt) => clock.now - startedAt < 10 * 60_000

async function openBrowser(): Promise<BrowserContext> {
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  return context
}

/** Starts an attempt in a tab of its own, up to the form of the provider. */
async function begin(context: BrowserContext, query = ''): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(`${site}/log-in${query}`)
  await tab.waitForSelector('input[name=login]')
  return tab
}

/** Logs in at the provider and consents; returns the address of the callback. */
async function finish(tab: Page, name: string): Promise<string> {
  const callback = tab.waitForRequest((request) => request.url().startsWith(`${site}/callback`))
  await tab.fill('input[name=login]', name)
  await tab.fill('input[name=password]', 'any')
  await tab.click('button[type=submit]')
  const consent = tab.click('button:has-text("Continue")').catch(() => undefined) // asked for once only
  await Promise.race([callback, consent])
  const url = (await callback).url()
  await tab.waitForURL((url) => url.origin === site && url.pathname !== '/callback')
  return url
}

const tokenOf = async (context: BrowserContext) =>
  (await context.cookies(site)).find(({ name }) => name === manager.cookieName)?.value

test('attempts in two tabs end in any order, each once, and the login has a new token', async () => {
  const context = await openBrowser()
  const first = await begin(context, '?to=/?tab=1')
  const second = await begin(context, '?to=/?tab=2')
  const before = await tokenOf(context)
  const callback = await finish(second, 'ada')
  expect(await second.textContent('body')).toBe('ada')
  expect(new URL(second.url()).search).toBe('?tab=2')
  expect(await tokenOf(context)).not.toBe(before)
  await finish(first, 'ada')
  expect(await first.textContent('body')).toBe('ada')
  expect(new URL(first.url()).search).toBe('?tab=1')

  const again = await first.goto(callback)
  expect(again?.status()).toBe(400)
  const stranger = await (await openBrowser()).newPage()
  expect((await stranger.goto(callback))?.status()).toBe(400)
})

test('an attempt that is too old, or that never was, begins again', async () => {
  const context = await openBrowser()
  const tab = await begin(context)
  clock.now += 11 * 60_000
  const callback = tab.waitForResponse((response) => response.url().startsWith(`${site}/callback`))
  finish(tab, 'ada').catch(() => undefined)
  expect((await callback).status()).toBe(400)
  const page = await context.newPage()
  for (const state of ['constructor', '__proto__'])
    expect((await page.goto(`${site}/callback?state=${state}&code=x`))?.status()).toBe(400)
})

test('a provider that posts its answer: the cookie is not sent with it, but with the redirect to GET', async () => {
  const context = await openBrowser()
  const tab = await begin(context, '?mode=form')
  const posted = tab.waitForRequest(
    (request) => request.method() === 'POST' && request.url() === `${site}/callback`,
  )
  await finish(tab, 'ada')
  expect(await (await posted).headerValue('cookie')).toBeNull()
  expect(await tab.textContent('body')).toBe('ada')
})

test('a device whose session was revoked can begin at once', async () => {
  const context = await openBrowser()
  await finish(await begin(context), 'bob')
  await manager.revokeAll('bob')
  const tab = await context.newPage()
  await tab.goto(`${site}/log-in`) // the provider remembers bob and consents
  await tab.waitForURL(`${site}/`)
  expect(await tab.textContent('body')).toBe('bob')
})
