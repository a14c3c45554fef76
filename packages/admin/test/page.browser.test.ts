import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import axe from 'axe-core'
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  devices,
  type Page,
} from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { AdminOptions } from '../src/index.ts'
import { type TestData, type TestPage, testPage } from './support.ts'

const { defaultBrowserType: _, ...phone } = devices['iPhone 13']
const desktop = { viewport: { width: 1280, height: 900 } }
const looks: Readonly<Record<string, BrowserContextOptions>> = {
  desktop,
  'desktop-dark': { ...desktop, colorScheme: 'dark' },
  phone,
  'phone-dark': { ...phone, colorScheme: 'dark' },
}
const hostile = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`

let browser: Browser
const closers: (() => unknown)[] = []
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? 'chromium' })
})
afterAll(() => browser.close())
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

interface Opened extends TestPage {
  readonly page: Page
  /** What Chromium complains of: errors of scripts, and what the policy has blocked. */
  readonly complaints: string[]
}

/** Opens the page over a few sessions, those of a hostile user and device among them. */
async function open(
  options: Partial<AdminOptions<TestData>> = {},
  look: BrowserContextOptions = desktop,
): Promise<Opened> {
  const made = testPage({
    by: { role: ({ data }) => data.role, device: ({ client }) => client['device'] },
    ...options,
  })
  for (const user of ['ada', 'ada', 'bob', hostile])
    await made.logIn(
      user,
      { role: user === 'ada' ? 'admin' : hostile, note: hostile },
      { device: user === 'ada' ? 'Safari on iPhone' : hostile },
    )
  const server = createServer(getRequestListener(made.handle, { overrideGlobalObjects: false }))
  server.listen(0)
  await once(server, 'listening')
  closers.push(() => server.close().closeAllConnections())
  const context = await browser.newContext(look)
  closers.push(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/ops`)
  await page.getByText('Counted').waitFor()
  await page.getByRole('listitem').filter({ hasText: 'bob' }).first().waitFor()
  return { ...made, page, complaints }
}

/** Returns what axe-core finds. The policy would not let it in, so the context bypasses that. */
async function findings(page: Page): Promise<string[]> {
  await page.addScriptTag({ content: axe.source })
  const found = await page.evaluate<
    { id: string; nodes: { html: string; failureSummary: string }[] }[]
  >('axe.run(document).then(({ violations }) => violations)')
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  )
}

async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS']
  if (!folder) return
  await mkdir(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

test('what sessions contain is shown as text, and the policy has nothing to block', async () => {
  const { page, complaints } = await open({
    showData: true,
    title: hostile,
    authorize: () => hostile,
  })
  const row = page
    .getByRole('listitem')
    .filter({ hasText: 'onerror' })
    .filter({ hasText: 'Details' })
  await row.first().getByRole('button').click()
  await page.getByRole('dialog').getByText('"note"').waitFor()
  expect(await page.title()).toBe(hostile)
  expect(await page.locator('img').count()).toBe(0)
  expect(await page.locator('script').count()).toBe(1)
  await page.keyboard.press('Escape')
  await page.getByLabel(/User id/).fill(hostile)
  await page.getByRole('button', { name: 'Find the user' }).click()
  await page.getByRole('heading', { name: `1 session of ${hostile}` }).waitFor()
  expect(await page.title()).toBe(hostile)
  expect(complaints).toEqual([])
})

describe.each(Object.entries(looks))('on %s', (name, look) => {
  test('it is accessible and not wider than the screen, dialogs too', async () => {
    const { page, logInBound } = await open({ showData: true }, { ...look, bypassCSP: true })
    await logInBound('ada')
    const check = async (what: string) => {
      await shoot(page, `${name}-${what}`)
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), what).toBe(0)
      expect(await findings(page), what).toEqual([])
    }
    await check('1-page')
    await page.getByText('The same as a table').click()
    await page.getByLabel(/User id/).fill('ada')
    await page.getByRole('button', { name: 'Find the user' }).click()
    await page.getByRole('heading', { name: '3 sessions of ada' }).waitFor()
    await check('2-user')
    await page.getByRole('button', { name: 'Details' }).first().click()
    await page.getByRole('dialog').waitFor()
    await check('3-details')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'End all sessions…' }).click()
    await page.getByRole('dialog').waitFor()
    await check('4-everybody')
  })
})

test('a session, a user and everybody are ended, by the keyboard alone', async () => {
  const { page, manager, complaints } = await open()
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  await page.getByLabel(/User id/).focus()
  await page.keyboard.type('ada')
  await press('Enter')
  await page.getByRole('heading', { name: '2 sessions of ada' }).waitFor()
  await page.getByRole('button', { name: 'Details' }).first().focus()
  await press('Enter')
  await page.getByRole('dialog').getByText('is not shown here').waitFor()
  await page.getByRole('button', { name: 'End this session' }).focus()
  await press('Enter')
  await page.getByRole('status').filter({ hasText: 'The session ended.' }).waitFor()
  expect(await manager.sessions('ada')).toHaveLength(1)

  await page.getByRole('button', { name: /^End all 2 sessions of ada/ }).focus()
  await press('Enter')
  await page.getByRole('button', { name: 'End them' }).focus()
  await press('Enter')
  await page.getByRole('status').filter({ hasText: '1 session of ada ended.' }).waitFor()
  expect(await manager.sessions('ada')).toEqual([])

  const everybody = page.getByRole('button', { name: 'End all sessions…' })
  await everybody.focus()
  await press('Enter', 'Escape')
  expect(await manager.sessions('bob')).toHaveLength(1)
  await everybody.focus()
  await press('Enter')
  const sure = page.getByRole('button', { name: 'End all sessions', exact: true })
  expect(await sure.isDisabled()).toBe(true)
  await page.getByLabel(/Type end all sessions/).fill('end all session')
  expect(await sure.isDisabled()).toBe(true)
  await page.getByLabel(/Type end all sessions/).fill('end all sessions')
  await press('Enter')
  await page.getByRole('status').filter({ hasText: 'All sessions ended' }).waitFor()
  expect(await manager.sessions('bob')).toEqual([])
  expect(complaints).toEqual([])
})

test('a search through all sessions shows what it finds, and the numbers follow', async () => {
  const { page, logIn, complaints } = await open()
  for (let n = 0; n < 30; n++) await logIn(`user-${n}`)
  await page.getByLabel(/User id/).fill('IPHONE')
  await page.getByRole('button', { name: 'Search all sessions' }).click()
  await page.getByRole('heading', { name: /IPHONE”: 2/ }).waitFor()
  expect(await page.locator('#results li').count()).toBe(2)
  await page.getByRole('button', { name: 'Count again' }).click()
  await page.locator('#tiles').getByText('34').first().waitFor()
  expect(complaints).toEqual([])
})

test('a session that is bound to a device has a badge, and is counted', async () => {
  const { page, logInBound, complaints } = await open()
  expect(await page.locator('.badge').count()).toBe(0)
  await logInBound('ada')
  await page.getByLabel(/User id/).fill('ada')
  await page.getByRole('button', { name: 'Find the user' }).click()
  await page.getByRole('heading', { name: '3 sessions of ada' }).waitFor()
  const bound = page.getByRole('listitem').filter({ hasText: 'bound' })
  expect(await bound.count()).toBe(1)
  await page.getByRole('button', { name: 'Count again' }).click()
  await page.getByText('1 is bound to a device').waitFor()
  await bound.getByRole('button', { name: 'Details' }).click()
  await page.getByRole('dialog').getByText('bound', { exact: true }).waitFor()
  expect(complaints).toEqual([])
})

test('of two look-ups the later one is shown, whichever response comes last', async () => {
  const { page, complaints } = await open()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(/user=ada/, async (route) => {
    await held
    await route.continue()
  })
  const find = async (user: string) => {
    await page.getByLabel(/User id/).fill(user)
    await page.getByRole('button', { name: 'Find the user' }).click()
  }
  await find('ada')
  await find('bob')
  await page.getByRole('heading', { name: '1 session of bob' }).waitFor()
  release()
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await page.evaluate(() => fetch('?api=user&user=nobody').then((response) => response.text()))
  expect(await page.locator('#outcome').textContent()).toBe('1 session of bob')
  expect(await page.locator('#results li').count()).toBe(1)
  expect(complaints).toEqual([])
})

test('an operator who is none any more is told so', async () => {
  let isOperator = true
  const { page } = await open({ authorize: () => isOperator })
  isOperator = false
  await page.getByLabel(/User id/).fill('ada')
  await page.getByRole('button', { name: 'Find the user' }).click()
  await page.getByRole('alert').filter({ hasText: 'not signed in as an operator' }).waitFor()
})
