import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { ConfigOptions } from '@sojourn/core'
import { logIn } from '@sojourn/core/testing'
import { chromium } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { createApp } from './users-app.ts'

test.each<[string, Partial<ConfigOptions>]>([
  ['sid', {}],
  ['__Host-sid', { cookieName: '__Host-sid', secure: true }],
])('a user of logIn is known in Chromium, by the cookie %s', async (name, options) => {
  const { manager, app } = createApp(options)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? 'chromium' })
  onTestFinished(async () => {
    await browser.close()
    server.close().closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const url = `http://localhost:${port}/me`
  const context = await browser.newContext()
  await context.addCookies((await logIn(manager, 'ada')).cookies(url))
  const jar = (await context.cookies()).map((cookie) => [cookie.name, cookie.domain])
  expect(jar).toEqual([[name, 'localhost']])
  const page = await context.newPage()
  await page.goto(url)
  expect(await page.textContent('body')).toBe('ada')
})
