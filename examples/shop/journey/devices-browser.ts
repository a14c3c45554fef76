/** The devices of one account in headless Chromium: three browsers and a phone. */
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type MakeListener, useDemo } from './demo.ts'
import { desktop, fillIn, iPhone, overhang, useBrowser } from './screen.ts'
import { minutes } from './visitor.ts'

const agent = (system: string, rest: string) => `Mozilla/5.0 (${system}) ${rest}`
const gecko = 'Gecko/20100101 Firefox/145.0'

const laptop = { ...desktop, userAgent: agent('X11; Linux x86_64; rv:145.0', gecko) }
const office = {
  ...desktop,
  colorScheme: 'dark',
  userAgent: agent('Windows NT 10.0; Win64; x64; rv:145.0', gecko),
} as const
const home = {
  ...desktop,
  userAgent: agent(
    'Macintosh; Intel Mac OS X 10_15_7',
    'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
  ),
}

/** Registers the test. */
export function devicesInChromium(makeListener: MakeListener): void {
  const { open, shots } = useBrowser()
  const demo = useDemo(makeListener)

  test('three browsers and a phone: one is evicted, one revoked, the others log out everywhere', async () => {
    const first = await signIn(laptop)
    const second = await signIn(office)
    const third = await signIn(home)
    expect(await second.context().cookies()).toHaveLength(1)

    const phone = await signIn(iPhone)
    expect(await messageOn(phone)).toContain('Firefox on Linux')
    await shoot(phone, '1-phone-signs-in')
    await first.goto(first.url())
    expect(await headingOn(first)).toBe('This device was signed out')
    expect(await first.getByText('because you signed in on a fourth device').isVisible()).toBe(true)
    await shoot(first, '2-laptop-is-evicted')

    await phone.getByRole('link', { name: 'Devices' }).click()
    expect(await devicesOn(phone)).toEqual([
      'Safari on iPhone This device',
      'Safari on macOS',
      'Firefox on Windows Next to go',
    ])
    await shoot(phone, '3-phone-lists')
    await phone.getByRole('button', { name: 'Sign out Firefox on Windows' }).click()
    expect(await messageOn(phone)).toContain('That device is signed out.')
    expect(await devicesOn(phone)).toEqual(['Safari on iPhone This device', 'Safari on macOS'])
    await second.goto(second.url())
    expect(await headingOn(second)).toBe('This device was signed out')
    await shoot(second, '4-office-is-revoked')

    await third.getByRole('link', { name: 'Devices' }).click()
    await shoot(third, '5-home-lists')
    await third.getByRole('button', { name: 'Log out everywhere', exact: true }).click()
    expect(await headingOn(third)).toBe('You are signed out')
    expect(await third.context().cookies()).toEqual([])
    await shoot(third, '6-home-logs-out-everywhere')
    await phone.goto(`${demo.url}/devices`)
    expect(await headingOn(phone)).toBe('This device was signed out')
    await shoot(phone, '7-phone-is-told')
    for (const page of [first, second, third, phone]) await page.context().close()
  })

  async function signIn(device: BrowserContextOptions): Promise<Page> {
    demo.pass(2 * minutes)
    const page = await open(device)
    await page.goto(`${demo.url}/sign-in`)
    await fillIn(page, 'ada', 'analytical')
    await page.getByText('Signed in as Ada Lovelace.').waitFor()
    return page
  }

  async function shoot(page: Page, name: string) {
    expect(await overhang(page), `${name} scrolls sideways`).toBe(0)
    await page.screenshot({ path: join(shots(), `devices-${name}.png`), fullPage: true })
  }
}

async function headingOn(page: Page): Promise<string | null> {
  return page.getByRole('heading', { level: 1 }).textContent()
}

async function messageOn(page: Page): Promise<string | null> {
  return page.getByRole('status', { name: 'Messages' }).textContent()
}

/** The names of the devices in the list, with their badges. */
async function devicesOn(page: Page): Promise<string[]> {
  const names = await page.getByRole('listitem').getByRole('heading').allTextContents()
  return names.map((name) => name.replace(/\s+/g, ' ').trim())
}
