/** Frames and requests of a sibling domain, and tabs of sandboxed frames: browsers hold their requests back no more than those of another site. */
import { expect, test } from 'vitest'
import { openScene } from './scene.ts'

const ada = { userId: 'ada', binding: 'bound' }

async function openSibling() {
  const scene = await openScene()
  await scene.bind()
  await scene.browser.page.goto(scene.shop.foreignUrls[0])
  await scene.expire()
  return scene
}

test('a frame on a sibling domain: its page too', async () => {
  const { browser, shop, refusals } = await openSibling()
  const { page } = browser
  await page.evaluate(`document.body.innerHTML = '<iframe src="${shop.url}/widget"></iframe>'`)
  await page.frameLocator('iframe').getByText('ada').waitFor()
  expect(shop.calls).toEqual(['device/refresh 200'])
  expect(refusals).toEqual([])
})

test('a page of a sibling domain cannot end the key by a request to the routes', async () => {
  const { browser, shop, go } = await openSibling()
  const sent = await browser.page.evaluate((url) => {
    const options = { method: 'POST', credentials: 'include', mode: 'no-cors' } as const
    return fetch(`${url}/session/device/refresh`, options).then(
      () => 'a response',
      () => 'nothing',
    )
  }, shop.url)
  expect(sent).toBe('nothing') // Cross-Origin-Resource-Policy keeps it from the page
  expect(await go('/')).toEqual(ada)
  expect(shop.calls).toEqual(['device/refresh 403', 'device/refresh 200'])
})

test('a tab that a sandboxed frame of another site has opened is not loaded for ever', async () => {
  const { browser, shop, refusals, bind, expire } = await openScene()
  await bind()
  const { page, context } = browser
  await page.goto(shop.foreignUrls[1])
  await expire()
  const link = `<a target=_blank href=${shop.url}/orders>orders</a>`
  await page.evaluate(`document.body.innerHTML =
    '<iframe sandbox="allow-popups allow-scripts" srcdoc="${link}"></iframe>'`)
  const opened = context.waitForEvent('page')
  await page.frameLocator('iframe').getByText('orders').click()
  await (await opened).getByText('unbound').waitFor()
  expect(refusals).toEqual(['missing'])
  expect(shop.calls).toEqual([])
})
