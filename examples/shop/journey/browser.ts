/** The journey in headless Chromium: desktop and phone, with and without JavaScript, light and dark. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type MakeListener, useDemo } from './demo.ts'
import { desktop, fillIn, iPhone, looks, overhang, useBrowser } from './screen.ts'

/** Registers the tests of one visit, in the given looks. */
export function staysInChromium(makeListener: MakeListener, names = Object.keys(looks)): void {
  const { open, shots } = useBrowser()
  const demo = useDemo(makeListener)

  test.each(names)('a stay from the first look to the sign-out (%s)', async (name) => {
    const page = await open(looks[name])
    const shoot = async (what: string) => {
      expect(await overhang(page), `${what} scrolls sideways`).toBe(0)
      await page.screenshot({ path: join(shots(), `${name}-${what}.png`), fullPage: true })
    }

    await page.goto(demo.url)
    await shoot('1-home')
    expect(await page.context().cookies()).toEqual([])
    for (const product of ['Enamel mug', 'Enamel mug', 'Night lantern'])
      await page.getByRole('button', { name: `Add ${product} to the cart` }).click()
    expect(await page.getByRole('status', { name: 'Messages' }).textContent()).toContain(
      'Night lantern is in your cart.',
    )
    const [anonymous] = await page.context().cookies()

    await page.getByRole('link', { name: 'Sign in' }).click()
    await fillIn(page, 'ada', 'wrong')
    expect(await page.getByRole('alert').isVisible()).toBe(true)
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('ada')
    await shoot('2-sign-in')
    await fillIn(page, 'ada', 'analytical')
    await page.getByText('All that is kept of you').click()
    await shoot('3-home-signed-in')
    const [own] = await page.context().cookies()
    expect(own).toMatchObject({ name: 'sid', httpOnly: true, sameSite: 'Lax' })
    expect(own?.value).not.toBe(anonymous?.value)

    await page.getByRole('link', { name: 'Cart 3' }).click()
    await page.getByRole('button', { name: 'One Enamel mug less' }).click()
    await shoot('4-cart')
    await page.getByRole('button', { name: 'Sign out' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('You are signed out')
    expect(await page.context().cookies()).toEqual([])
    await page.context().close()
  })

  test.each(names)('one device signs another out (%s)', async (name) => {
    const here = await open(looks[name])
    const there = await open(iPhone)
    for (const page of [here, there]) {
      await page.goto(`${demo.url}/sign-in`)
      await page.getByRole('button', { name: 'Sign in as Ada Lovelace' }).click()
    }
    await here.getByRole('link', { name: 'Devices' }).click()
    await here.screenshot({ path: join(shots(), `${name}-5-devices.png`), fullPage: true })
    expect(await overhang(here)).toBe(0)
    expect(await here.getByRole('listitem').count()).toBe(2)
    await here.getByRole('button', { name: 'Log out everywhere else' }).click()
    expect(await here.getByRole('listitem').count()).toBe(1)

    await there.goto(there.url())
    await there.screenshot({ path: join(shots(), `${name}-6-signed-out.png`), fullPage: true })
    expect(await there.getByRole('heading', { level: 1 }).textContent()).toBe(
      'This device was signed out',
    )
    await there.getByRole('button', { name: 'Go on as a guest' }).click()
    expect(await there.getByText('Nothing kept').isVisible()).toBe(true)
    for (const page of [here, there]) await page.context().close()
  })

  test('everything can be reached and used with the keyboard', async () => {
    const page = await open(desktop)
    await page.goto(demo.url)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the page')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Add Room key to the cart')
    await page.keyboard.press('Enter')
    await page.getByText('Room key is in your cart.').waitFor()
    await page.context().close()
  })
}
