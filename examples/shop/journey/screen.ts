/** What the browser tests share: one Chromium per file, the looks, and the folder of screenshots. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  devices,
  type Page,
} from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { locate } from '../../../tools/system-deps.ts'

export const desktop = { viewport: { width: 1280, height: 900 } }
const { defaultBrowserType: _, ...phone } = devices['iPhone 13']
export const iPhone = phone
export const looks: Record<string, BrowserContextOptions> = {
  desktop,
  phone: iPhone,
  'desktop-dark-no-script': { ...desktop, colorScheme: 'dark', javaScriptEnabled: false },
  'phone-dark': { ...iPhone, colorScheme: 'dark' },
}

/** Starts one browser for the tests of a file. SCREENSHOTS=folder keeps the screenshots. */
export function useBrowser() {
  let browser: Browser
  let shots: string

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: locate('Chromium') ?? 'chromium' })
    shots = process.env['SCREENSHOTS'] ?? (await mkdtemp(join(tmpdir(), 'sojourn-shots-')))
    await mkdir(shots, { recursive: true })
  })
  afterAll(async () => {
    await browser.close()
    if (!process.env['SCREENSHOTS']) await rm(shots, { recursive: true })
  })

  return {
    shots: () => shots,
    async open(look: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext(look)
      context.setDefaultTimeout(60_000)
      return context.newPage()
    },
  }
}

/** Fills in the sign-in form and submits it. */
export async function fillIn(page: Page, name: string, password: string) {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Returns by how many pixels the page is wider than the screen, once it has its styles. */
export async function overhang(page: Page): Promise<number> {
  await page.waitForLoadState()
  return page.evaluate('document.documentElement.scrollWidth - innerWidth')
}
