import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { referenceBackend } from '@sojourn/conformance/backend'
import { type ConfigOptions, createSessionManager, defaultConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { sessions } from '@sojourn/express'
import express from 'express'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? 'chromium' })
})
afterAll(() => browser.close())

/**
 * An application behind what stands for a proxy that ends TLS: the browser itself says `X-Forwarded-Proto: https`.
 * Chromium keeps Secure cookies of http://localhost, so it judges them here as it would over HTTPS.
 */
async function serve(options: Partial<ConfigOptions> = {}, at = '/') {
  const store = keyedStore(referenceBackend())
  const manager = createSessionManager(defaultConfig(randomBytes(32), { store, ...options }))
  const app = express().set('trust proxy', true).use(sessions(manager))
  const path = (name: string) => `${at === '/' ? '' : at}/${name}`
  app.get(path('login'), async (req, res) => {
    await req.session.login('user-1', { persistent: req.query['stay'] !== 'no' })
    res.send('in')
  })
  app.get(path('rotate'), (req, res) => {
    req.session.rotate()
    res.send('rotated')
  })
  app.get(path('logout'), (req, res, next) => {
    req.session.destroy().then(() => res.send('out'), next)
  })
  app.all(path('who'), (req, res) => void res.send(req.session.userId ?? 'nobody'))
  app.get(path('attack'), (req, res) => {
    const target = String(req.query['target'])
    res.send(
      `<form method="post" action="${target}"></form><script>document.forms[0].submit()</script>`,
    )
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  return {
    url: (name: string, host = 'localhost') => `http://${host}:${port}${path(name)}`,
    manager,
  }
}

async function openBrowser(): Promise<BrowserContext> {
  const context = await browser.newContext({ extraHTTPHeaders: { 'X-Forwarded-Proto': 'https' } })
  onTestFinished(() => context.close())
  return context
}

describe('Chromium', () => {
  test('keeps the default cookie for this host alone, away from scripts', async () => {
    const { url } = await serve()
    const context = await openBrowser()
    const page = await context.newPage()
    await page.goto(url('login'))
    const [cookie, ...others] = await context.cookies()
    expect(others).toEqual([])
    expect(cookie).toMatchObject({
      name: '__Host-sid',
      domain: 'localhost',
      path: '/',
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
    })
    expect(await page.evaluate(() => document.cookie)).toBe('')
    await page.goto(url('who'))
    expect(await page.textContent('body')).toBe('user-1')
  })

  test('replaces the cookie of a rotation, and the old one is dead', async () => {
    const { url } = await serve()
    const context = await openBrowser()
    const page = await context.newPage()
    await page.goto(url('login'))
    const before = await context.cookies()
    await page.goto(url('rotate'))
    const after = await context.cookies()
    expect([before.length, after.length]).toEqual([1, 1])
    expect(after[0]?.value).not.toBe(before[0]?.value)
    await context.clearCookies()
    await context.addCookies(before)
    await page.goto(url('who'))
    expect(await page.textContent('body')).toBe('nobody')
  })

  test.each<[string, Partial<ConfigOptions>, string]>([
    ['the default', {}, '/'],
    ['a path', { cookieName: '__Secure-sid', path: '/app' }, '/app'],
    ['a domain', { cookieName: '__Secure-sid', domain: 'localhost' }, '/'],
    ['the longest name that is let through', { cookieName: 'n'.repeat(256) }, '/'],
    [
      'the longest path',
      { cookieName: '__Secure-sid', path: `/${'p'.repeat(1023)}` },
      `/${'p'.repeat(1023)}`,
    ],
    ['SameSite=None and Partitioned', { sameSite: 'none', partitioned: true }, '/'],
    ['SameSite=Strict', { sameSite: 'strict', cookieName: '__Host-Http-sid' }, '/'],
  ])('has an empty jar after a logout with %s', async (_title, options, at) => {
    const { url } = await serve(options, at)
    const context = await openBrowser()
    const page = await context.newPage()
    await page.goto(url('login'))
    expect(await context.cookies(url('who'))).toHaveLength(1)
    await page.goto(url('logout'))
    expect(await page.textContent('body')).toBe('out')
    expect(await context.cookies(url('who'))).toEqual([])
  })

  test('keeps a persistent cookie until the absolute limit and at most 400 days, another until it closes', async () => {
    const days = async (options: Partial<ConfigOptions>, query = '') => {
      const { url } = await serve(options)
      const context = await openBrowser()
      const page = await context.newPage()
      await page.goto(url('login') + query)
      const expires = (await context.cookies())[0]?.expires ?? 0
      return expires < 0 ? 'session' : Math.round((expires * 1000 - Date.now()) / 86_400_000)
    }
    expect(await days({})).toBe(30)
    expect(await days({ absoluteTimeout: '1000d' })).toBe(400)
    expect(await days({}, '?stay=no')).toBe('session')
  })

  test('sends the cookie with no form that another site posts', async () => {
    const [mine, theirs] = [await serve(), await serve()]
    const context = await openBrowser()
    const page = await context.newPage()
    await page.goto(mine.url('login'))
    const target = encodeURIComponent(mine.url('who'))
    await page.goto(`${theirs.url('attack', '127.0.0.1')}?target=${target}`)
    await page.waitForURL(mine.url('who'))
    expect(await page.textContent('body')).toBe('nobody')
    await page.goto(mine.url('who'))
    expect(await page.textContent('body')).toBe('user-1')
  })
})
