/** Countdown, local times and parallel clicks in headless Chromium, with and without JavaScript. */
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type MakeListener, useDemo } from './demo.ts'
import { desktop, fillIn, iPhone, overhang, useBrowser } from './screen.ts'
import { minutes, seconds } from './visitor.ts'

/** Registers the tests of the script of the pages. */
export function scriptInChromium(makeListener: MakeListener): void {
  const { open, shots } = useBrowser()
  const demo = useDemo(makeListener)

  test('with script the numbers count down to the rotation', async () => {
    const page = await open(desktop)
    await page.clock.install({ time: 0 })
    await page.clock.pauseAt(60_000) // later than a slow machine needs
    await page.goto(`${demo.url}/sign-in`)
    await fillIn(page, 'ada', 'analytical')
    const words = page.locator('[data-left]')
    await words.waitFor()
    await page.waitForLoadState() // the script has begun to count: the text stands in the page before
    expect(await words.textContent()).toBe('in 5:00 min')
    await page.clock.runFor('00:01')
    expect(await words.textContent()).toBe('in 4:59 min')
    await page.clock.runFor('04:50')
    expect(await words.textContent()).toBe('in 0:09 min')
    await page.clock.runFor('00:09')
    expect(await words.textContent()).toBe('due: your next clicks bring it')
    await page.context().close()
  })

  test('without script a page says how long it was when it was made', async () => {
    const page = await arrive({ ...desktop, javaScriptEnabled: false })
    demo.pass(1 * minutes + 1 * seconds)
    await page.goto(page.url())
    expect(await page.locator('[data-left]').textContent()).toBe('in 3:59 min')
    await page.context().close()
  })

  test('with script times are those of the time zone and the language of the browser', async () => {
    const page = await arrive({ ...desktop, timezoneId: 'Asia/Tokyo', locale: 'de-DE' })
    const time = page.locator('#session time small').first()
    await expect // the page comes with the times of the server, and its script is later
      .poll(() => time.textContent(), { timeout: 30_000 })
      .toMatch(/^21\.11\.2026, 14:04:1\d$/)
    await page.context().close()
  })

  test('without script times are UTC, and say so', async () => {
    const page = await arrive({ ...desktop, timezoneId: 'Asia/Tokyo', javaScriptEnabled: false })
    expect(await page.locator('#session time small').first().textContent()).toMatch(
      /^2026-11-21 05:04:1\d UTC$/,
    )
    await page.context().close()
  })

  test('twenty clicks at once are twenty, and again', async () => {
    const page = await arrive(desktop)
    const button = page.getByRole('button', { name: 'Click twenty times at once' })
    for (const total of [20, 40]) {
      await button.click()
      await page.getByText('20 clicks sent at once, 20 kept.').waitFor()
      const numbers = await page.locator('.dots li').allTextContents()
      expect(Math.max(...numbers.map(Number))).toBe(total)
    }
    await shoot(page, 'desktop-14-clicks')
    await page.goto(page.url())
    expect(await page.getByText('40 clicks so far, none lost.').isVisible()).toBe(true)
    await page.context().close()
  })

  test('the source of a page can be read', async () => {
    const page = await arrive(iPhone)
    await page.getByRole('link', { name: 'routes/shop.ts' }).click()
    await page.getByRole('heading', { name: 'routes/shop.ts' }).waitFor()
    await shoot(page, 'phone-15-source')
    await page.context().close()
  })

  test('the policy lets only our own files run', async () => {
    const policy = (await fetch(demo.url)).headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'; script-src 'self';")
    expect(policy).not.toContain('unsafe')
  })

  /** Opens the home page, signed in as Ada. */
  async function arrive(look: BrowserContextOptions): Promise<Page> {
    const page = await open(look)
    await page.goto(`${demo.url}/sign-in`)
    await fillIn(page, 'ada', 'analytical')
    return page
  }

  async function shoot(page: Page, name: string) {
    expect(await overhang(page), `${name} scrolls sideways`).toBe(0)
    await page.screenshot({ path: join(shots(), `${name}.png`), fullPage: true })
  }
}
