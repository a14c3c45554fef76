/** Limits and step-up in headless Chromium. */
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type MakeListener, useDemo } from './demo.ts'
import { fillIn, looks, overhang, useBrowser } from './screen.ts'
import { ada, minutes, signIn } from './visitor.ts'

/** Registers the tests, in the given looks. */
export function limitsInChromium(makeListener: MakeListener, names = Object.keys(looks)): void {
  const { open, shots } = useBrowser()
  const demo = useDemo(makeListener)

  test.each(names)('the password is asked for before the address changes (%s)', async (name) => {
    const page = await arrive(name)
    await page.getByRole('link', { name: 'Account' }).click()
    await shoot(page, `${name}-7-account`)
    demo.pass(3 * minutes)
    await page.getByRole('link', { name: 'Change the e-mail address' }).click()
    await page.getByLabel('Password').fill('wrong')
    await shoot(page, `${name}-8-password`)
    await page.getByRole('button', { name: 'Go on' }).click()
    expect(await page.getByRole('alert').isVisible()).toBe(true)
    await shoot(page, `${name}-8-password-wrong`)
    await page.getByLabel('Password').fill('analytical')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByLabel('E-mail address').fill('countess@example.org')
    await shoot(page, `${name}-9-email`)
    await page.getByRole('button', { name: 'Save' }).click()
    expect(await page.getByRole('status', { name: 'Messages' }).textContent()).toContain(
      'countess@example.org',
    )
    await shoot(page, `${name}-9-saved`)
    await page.context().close()
  })

  test.each(names)('a fourth device signs out the first, which says why (%s)', async (name) => {
    const page = await arrive(name)
    for (const userAgent of [
      'curl/8.5.0',
      'Mozilla/5.0 (Macintosh) Version/26.0 Safari/605.1.15',
    ]) {
      demo.pass(10 * minutes)
      await signIn(demo.url, ada, userAgent)
    }
    await page.goto(`${demo.url}/devices`)
    expect(await page.getByText('3 of 3 devices').isVisible()).toBe(true)
    await shoot(page, `${name}-10-three-of-three`)
    demo.pass(10 * minutes)
    for (let more = 1; more <= 3; more++) await signIn(demo.url, ada)
    await page.goto(page.url())
    const why = page.getByText('because you signed in on a fourth device')
    expect(await why.isVisible()).toBe(true)
    await shoot(page, `${name}-11-evicted`)
    await page.context().close()
  })

  test.each(names)(
    'a device is remembered, or its cookie ends with the browser (%s)',
    async (name) => {
      const page = await arrive(name)
      expect((await page.context().cookies())[0]?.expires).toBe(-1)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.goto(`${demo.url}/sign-in`)
      await page.getByLabel('Remember me on this device').check()
      await shoot(page, `${name}-12-remember`)
      await fillIn(page, 'ada', 'analytical')
      expect((await page.context().cookies())[0]?.expires).toBeGreaterThan(Date.now() / 1000)
      expect(await page.getByText('the cookie stays on this device').isVisible()).toBe(true)
      await shoot(page, `${name}-13-panel`)
      await page.context().close()
    },
  )

  /** Opens a page that is signed in as Ada, in one of the looks. */
  async function arrive(look: string): Promise<Page> {
    const page = await open(looks[look])
    await page.goto(`${demo.url}/sign-in`)
    await fillIn(page, 'ada', 'analytical')
    return page
  }

  async function shoot(page: Page, name: string) {
    expect(await overhang(page), `${name} scrolls sideways`).toBe(0)
    await page.screenshot({ path: join(shots(), `${name}.png`), fullPage: true })
  }
}
