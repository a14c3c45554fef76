/** docs/how-to/serve-another-origin.md: a page of one origin and the API of another, in Chromium over HTTPS. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { controlledBackend } from '@sojourn/conformance/testing'
import { type ConfigOptions, createSessionManager, defaultConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireSession, sessions } from '@sojourn/express'
import cors from 'cors'
import express from 'express'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

let browser: Browser
let tls: { key: string; cert: string }
beforeAll(async () => {
  browser = await chromium.launch(settings)
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'shop.example' }])
  tls = { key, cert }
})
afterAll(() => browser.close())

const settings = {
  executablePath: process.env['CHROMIUM'] ?? 'chromium',
  args: ['--host-resolver-rules=MAP *.example 127.0.0.1'],
}

/** Serves HTTPS and returns the port. */
async function listen(app: express.Express): Promise<number> {
  const server = createServer(tls, app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  return (server.address() as AddressInfo).port
}

interface Settings {
  readonly host: string
  readonly trusted?: boolean
  readonly options?: Partial<ConfigOptions>
  /** Where the page is opened; a private window by default. */
  readonly context?: BrowserContext
}

/** Opens a page of `host` that works with the API of api.shop.example. */
async function open({ host, trusted = true, options = {}, context: given }: Settings) {
  const control = controlledBackend()
  const pages = express().get('/', (_req, res) => void res.type('html').send('<!doctype html>'))
  const page = `https://${host}:${await listen(pages)}`

  const store = keyedStore(control.backend)
  const manager = createSessionManager(defaultConfig(randomBytes(32), { store, ...options }))
  const api = express()
  api.use(cors({ origin: page, credentials: true, exposedHeaders: ['Retry-After'] }))
  api.use(express.json())
  api.use(sessions(manager))
  api.use(csrf({ trustedOrigins: trusted ? [page] : [] }))
  api.post('/log-in', async (req, res) => {
    await req.session.login(req.body.name)
    res.json({ userId: req.session.userId })
  })
  api.post('/log-out', async (req, res) => {
    await req.session.destroy()
    res.sendStatus(204)
  })
  api.get('/me', requireSession(), (req, res) => void res.json({ userId: req.session.userId }))
  const url = `https://api.shop.example:${await listen(api)}`

  const context = given ?? (await browser.newContext({ ignoreHTTPSErrors: true }))
  if (!given) onTestFinished(() => context.close())
  const tab = await context.newPage()
  await tab.goto(page)
  return { control, context, ask: (path: string, init?: RequestInit) => ask(tab, url + path, init) }
}

/** What a script of the page gets from `fetch`: status and Retry-After, or that it may not read the response. */
function ask(tab: Page, url: string, init: RequestInit = {}) {
  return tab.evaluate(
    async ([url, init]) => {
      try {
        const response = await fetch(url, { credentials: 'include', ...init })
        return [response.status, response.headers.get('retry-after')]
      } catch (error) {
        return String(error)
      }
    },
    [url, init] as const,
  )
}

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

describe('a page of the same site, with the default cookie', () => {
  test('logs in, stays logged in and logs out', async () => {
    const { ask } = await open({ host: 'app.shop.example' })
    expect(await ask('/me')).toEqual([401, null])
    expect(await ask('/log-in', post({ name: 'ada' }))).toEqual([200, null])
    expect(await ask('/me')).toEqual([200, null])
    expect(await ask('/log-out', post({}))).toEqual([204, null])
    expect(await ask('/me')).toEqual([401, null])
  })

  test('without credentials the cookie stays at home', async () => {
    const { ask } = await open({ host: 'app.shop.example' })
    await ask('/log-in', post({ name: 'ada' }))
    expect(await ask('/me', { credentials: 'same-origin' })).toEqual([401, null])
  })

  test('an origin that the guard does not trust gets 403, which the page can read', async () => {
    const { ask } = await open({ host: 'app.shop.example', trusted: false })
    expect(await ask('/log-in', post({ name: 'ada' }))).toEqual([403, null])
  })

  test('the page can read the 503 of a store that is down, and when to try again', async () => {
    const { ask, control } = await open({ host: 'app.shop.example' })
    await ask('/log-in', post({ name: 'ada' }))
    control.fail(['find'])
    expect(await ask('/me')).toEqual([503, '1'])
    control.restore()
    expect(await ask('/me')).toEqual([200, null])
  })
})

describe('a page of another site', () => {
  const host = 'app.other.example'

  test('loses the default cookie, so the login does not last', async () => {
    const { ask, context } = await open({ host })
    expect(await ask('/log-in', post({ name: 'ada' }))).toEqual([200, null])
    expect(await ask('/me')).toEqual([401, null])
    expect(await context.cookies()).toEqual([])
  })

  test('keeps a cookie with SameSite=None', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'chromium-'))
    onTestFinished(() => rm(profile, { recursive: true, force: true }))
    await mkdir(join(profile, 'Default'))
    const preferences = { profile: { cookie_controls_mode: 0 } } // other sites keep their cookies
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
    const context = await chromium.launchPersistentContext(profile, {
      ...settings,
      ignoreHTTPSErrors: true,
    })
    onTestFinished(() => context.close())
    const { ask } = await open({ host, context, options: { sameSite: 'none' } })
    await ask('/log-in', post({ name: 'ada' }))
    expect(await ask('/me')).toEqual([200, null])
  })

  // As a private window of Chromium does, and as Safari and Firefox do in every window.
  test('keeps only a partitioned one where the browser blocks cookies of other sites', async () => {
    for (const [partitioned, status] of [
      [false, 401],
      [true, 200],
    ] as const) {
      const { ask } = await open({ host, options: { sameSite: 'none', partitioned } })
      await ask('/log-in', post({ name: 'ada' }))
      expect(await ask('/me')).toEqual([status, null])
    }
  })
})
