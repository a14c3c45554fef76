/** A person in Chromium, on both services. */
import { join } from 'node:path'
import { desktop, iPhone, overhang, useBrowser } from '@sojourn/example-shop/journey/screen'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { useStack } from './use-stack.ts'

const stack = useStack()
const { open, shots } = useBrowser()

const looks = {
  desktop,
  'phone-dark': { ...iPhone, colorScheme: 'dark' } as const,
}

test.each(Object.entries(looks))(
  'signs in at one, is known at the other, and is signed out from afar (%s)',
  async (name, look) => {
    const browser = { ignoreHTTPSErrors: true, bypassCSP: true } // CSP: for axe-core only
    const page = await open({ ...look, ...browser })
    await page.goto(`${stack().url}/task/`)
    await page.getByLabel('New task').fill('Write the first program')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.goto(stack().url)
    await check(page, `shared-${name}-visitor`)

    await signIn(page)
    await page.getByRole('heading', { name: 'Good to see you, Ada Lovelace' }).waitFor()
    await page.getByLabel('Nickname').fill('Countess')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('link', { name: 'Tasks', exact: true }).last().click()
    await page.getByRole('heading', { name: 'Tasks of Countess' }).waitFor()
    await page.getByText('Write the first program').waitFor()
    await check(page, `shared-${name}-task`)

    const [cookie] = await page.context().cookies()
    expect(cookie).toMatchObject({ name: '__Host-sid', secure: true, httpOnly: true, path: '/' })

    const other = await open(browser)
    await other.goto(stack().url)
    await signIn(other)
    await check(other, `shared-${name}-devices`)
    await other
      .getByRole('button', { name: /^Sign out ./ })
      .first()
      .click()
    await page.goto(`${stack().url}/task/`)
    await page.getByText('This device was signed out from another one.').waitFor()
    await check(page, `shared-${name}-revoked`)
    await page.context().close()
    await other.context().close()
  },
)

async function signIn(page: Page) {
  await page.getByLabel('Name', { exact: true }).fill('ada')
  await page.getByLabel('Password').fill('analytical')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Takes a screenshot, and checks that nothing hangs over the edge or is inaccessible. */
async function check(page: Page, name: string) {
  await page.screenshot({ path: join(shots(), `${name}.png`), fullPage: true })
  expect(await overhang(page)).toBe(0)
  await page.addScriptTag({ content: axe.source })
  const found = await page.evaluate('axe.run(document).then(({ violations }) => violations)')
  expect(found).toEqual([])
}
