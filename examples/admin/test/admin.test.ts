/** The page in Chromium over the demo, with 10,000 made-up sessions. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Clock, createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { starts } from '@sojourn/example-shop/journey/process'
import { desktop, fillIn, iPhone, overhang, useBrowser } from '@sojourn/example-shop/journey/screen'
import { limits } from '@sojourn/example-shop/settings'
import { memoryBackend } from '@sojourn/store-memory'
import axe from 'axe-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../app.ts'
import { makeUp } from '../made-up.ts'

const count = 10_000
const { open, shots } = useBrowser()
let server: Server
let url: string

beforeAll(async () => {
  const backend = memoryBackend({ max: Number.POSITIVE_INFINITY })
  const secret = randomBytes(32)
  const connect = (clock?: Clock) => {
    const options = { ...limits, store: keyedStore(backend), warn: () => undefined }
    return createSessionManager(devConfig(secret, { ...options, ...(clock ? { clock } : {}) }))
  }
  await makeUp(connect, count)
  server = createServer(createApp({ manager: connect() })).listen(0)
  await once(server, 'listening')
  url = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close().closeAllConnections())

starts(join(import.meta.dirname, '..'))

test.each(Object.entries({ desktop, 'phone-dark': { ...iPhone, colorScheme: 'dark' } as const }))(
  'Ada sees all sessions, and ends those of Grace, who is told why (%s)',
  async (name, look) => {
    const grace = await open()
    await grace.goto(`${url}/sign-in`)
    await fillIn(grace, 'grace', 'nanosecond')
    expect((await grace.goto(`${url}/admin`))?.status()).toBe(404)
    await grace.goto(url)

    const page = await open({ ...look, bypassCSP: true }) // for axe-core only
    expect((await page.goto(`${url}/admin`))?.status()).toBe(404)
    await page.goto(`${url}/sign-in`)
    await fillIn(page, 'ada', 'analytical')
    await page.goto(`${url}/admin`)
    await page.getByText('Counted').waitFor()
    await page.getByText('Ada Lovelace').waitFor()
    const sessions = await page.locator('#tiles dd').first().textContent()
    expect(Number(sessions?.replace(/\D/g, ''))).toBeGreaterThan(count * 0.9)
    await page.screenshot({ path: join(shots(), `admin-${name}.png`), fullPage: true })
    expect(await overhang(page)).toBe(0)
    await page.addScriptTag({ content: axe.source })
    const found = await page.evaluate('axe.run(document).then(({ violations }) => violations)')
    expect(found).toEqual([])

    await page.getByLabel(/User id/).fill('user-2')
    await page.getByRole('button', { name: 'Find the user' }).click()
    await page.getByRole('button', { name: /^End all \d+ sessions? of user-2$/ }).click()
    await page.getByRole('button', { name: 'End them' }).click()
    await page
      .getByRole('status')
      .filter({ hasText: /of user-2 ended/ })
      .waitFor()
    await grace.goto(url)
    await grace
      .getByText(/signed out/i)
      .first()
      .waitFor()
    await grace.context().close()
    await page.context().close()
  },
)
