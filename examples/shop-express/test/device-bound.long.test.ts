/** The demo over HTTPS, in Chromium that binds its session, and in one that does not. */
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { deviceBound } from '@sojourn/device-bound'
import { type Chromium, launch } from '@sojourn/example-device-bound/clients'
import { makeCertificate } from '@sojourn/example-device-bound/server'
import { fillIn, overhang } from '@sojourn/example-shop/journey/screen'
import { limits } from '@sojourn/example-shop/settings'
import { memoryStore } from '@sojourn/store-memory'
import { expect, onTestFinished, test } from 'vitest'
import { createApp } from '../app.ts'

type Page = ReturnType<Chromium['context']['pages']>[number]

async function openDemo() {
  const store = memoryStore({ warn: () => undefined })
  const options = { ...limits, store, deviceBound: deviceBound() }
  const manager = createSessionManager(
    defaultConfig('a secret that only this test run knows: 7Kq2mZ', options),
  )
  const { private: key, cert } = await makeCertificate()
  const server = createServer({ key, cert }, createApp({ manager })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `https://localhost:${(server.address() as AddressInfo).port}`
  return { manager, url, certificate: cert }
}

async function openBrowser(demo: { url: string; certificate: string }, binds: boolean) {
  const profile = await mkdtemp(join(tmpdir(), 'shop-device-'))
  const browser = await launch({ ...demo, profile, binds })
  onTestFinished(async () => {
    await browser.close()
    await rm(profile, { recursive: true, maxRetries: 3 })
  })
  const [page] = browser.context.pages()
  if (!page) throw new Error('Chromium has opened no page')
  return page
}

/** Looks at a page on a desktop and, dark, on a phone. SCREENSHOTS=folder keeps what it looks like. */
async function shoot(page: Page, name: string) {
  const folder = process.env['SCREENSHOTS']
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  for (const [look, width] of [
    ['desktop', 1280],
    ['phone-dark', 390],
  ] as const) {
    await page.setViewportSize({ width, height: 844 })
    await page.emulateMedia({ colorScheme: look === 'phone-dark' ? 'dark' : 'light' })
    expect(await overhang(page), `${name} scrolls sideways on ${look}`).toBe(0)
    if (folder !== undefined)
      await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: true })
  }
}

test('account and devices say which session is bound to its browser, and nothing of the others', async () => {
  const demo = await openDemo()
  const plain = await openBrowser(demo, false)
  const binding = await openBrowser(demo, true)
  const registered = new Promise<void>((resolve) => demo.manager.on('bound', () => resolve()))
  for (const page of [plain, binding]) {
    await page.goto(`${demo.url}/sign-in`)
    await fillIn(page, 'ada', 'analytical')
    await page.getByText('Signed in as Ada Lovelace.').waitFor()
  }
  await registered

  await plain.goto(`${demo.url}/account`)
  expect(await plain.getByText('Works in').count()).toBe(0)
  await binding.goto(`${demo.url}/account`)
  expect(await binding.getByText('This browser only').isVisible()).toBe(true)
  await shoot(binding, 'device-bound-1-account')

  await binding.goto(`${demo.url}/devices`)
  const rows = binding.getByRole('listitem')
  expect(await rows.count()).toBe(2)
  expect(await rows.filter({ has: binding.getByText('Bound', { exact: true }) }).count()).toBe(1)
  await shoot(binding, 'device-bound-2-devices')
})
