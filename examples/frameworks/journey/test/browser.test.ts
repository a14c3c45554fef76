/** One test in headless Chromium, with the scripts of each framework. */

import { fillIn, useBrowser } from '@sojourn/example-shop/journey/screen'
import { ada } from '@sojourn/example-shop/journey/visitor'
import { describe, expect, test } from 'vitest'
import { frameworks } from '../frameworks.ts'
import { useServer } from '../server.ts'

const { open } = useBrowser()

describe.each(frameworks)('$name', (framework) => {
  const place = useServer(framework)

  test('cart, sign-in, form and sign-out', async () => {
    const page = await open({ ignoreHTTPSErrors: true })
    const errors: Error[] = []
    page.on('pageerror', (error) => errors.push(error))
    const jar = () => page.context().cookies()

    await page.goto(place.url, { waitUntil: 'networkidle' }) // the scripts have taken over
    expect(await jar()).toEqual([])
    await page.getByRole('button', { name: 'Add Town map to the cart' }).click()
    await page.getByText('Cart 1').waitFor()
    const [anonymous] = await jar()
    expect(anonymous).toMatchObject({
      name: '__Host-sid',
      httpOnly: true,
      sameSite: 'Lax',
      secure: true,
    })

    await page.getByRole('link', { name: 'Account' }).click()
    await page.waitForURL('**/sign-in')
    await fillIn(page, ada.login, 'wrong')
    await page.getByRole('alert').getByText('do not belong together').waitFor()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(ada.login)
    await fillIn(page, ada.login, ada.password)
    await page.getByRole('heading', { name: 'Hello Ada Lovelace' }).waitFor()
    await page.getByText('Your lantern arrives on Friday.').waitFor()
    const [own] = await jar()
    expect(own?.value).not.toBe(anonymous?.value)

    await page.getByLabel('E-mail').fill('ada@example.org')
    await page.getByRole('button', { name: 'Keep the address' }).click()
    await page.getByText('Your address: ada@example.org').waitFor()

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('Nobody is signed in.').waitFor()
    await page.getByText('Cart 0').waitFor()
    expect([await jar(), errors]).toEqual([[], []])
    await page.context().close()
  })
})
