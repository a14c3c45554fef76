/** K-14: the life of a device-bound session in Chromium, over TLS. Time passes on the server; nothing sleeps. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollingSecret } from '@sojourn/core/secrets'
import { expect, onTestFinished, test } from 'vitest'
import { boundName } from '../world.ts'
import { openScene, seenOn } from './scene.ts'

const ada = { userId: 'ada', binding: 'bound' }

test('K-14: Chromium registers, refreshes five times, and stays logged in', async () => {
  const { browser, shop, refusals, go, expire } = await openScene()
  await go('/login')
  expect(await browser.next('creationEventDetails')).toMatchObject({ fetchResult: 'Success' })
  expect(await go('/')).toEqual(ada)
  for (let refresh = 0; refresh < 5; refresh++) {
    await expire()
    expect(await go('/')).toEqual(ada)
    expect(await browser.next('refreshEventDetails')).toMatchObject({
      refreshResult: 'Refreshed',
      wasFullyProactiveRefresh: false,
    })
  }
  expect(shop.calls).toEqual(['device 200', ...Array(5).fill('device/refresh 200')])
  expect(browser.pending()).toEqual([])
  expect(refusals).toEqual([])
})

test('a restart of the browser: it still has the key, and asks for a challenge', async () => {
  const scene = await openScene()
  await scene.bind()
  await scene.restartBrowser()
  expect(scene.browser.known).toHaveLength(1)
  expect(await scene.go('/')).toEqual(ada)
  await scene.expire()
  expect(await scene.go('/')).toEqual(ada)
  expect(scene.shop.calls).toEqual(['device/refresh 403', 'device/refresh 200'])
  expect(await scene.browser.next('refreshEventDetails')).toMatchObject({
    refreshResult: 'Refreshed',
  })
})

test('a logout ends the device binding in the browser', async () => {
  const { browser, shop, go, bind } = await openScene()
  await bind()
  expect(await go('/logout')).toMatchObject({ ended: 'logout' })
  expect(await browser.cookie(boundName)).toBeUndefined()
  expect((await go('/')).userId).toBeUndefined()
  expect(await browser.next('terminationEventDetails')).toEqual({
    deletionReason: 'ServerRequested',
  })
  expect(shop.calls).toEqual(['device/refresh 200'])
})

test('a restart of the server while the browser refreshes: the session lives on', async () => {
  const { browser, shop, go, bind, expire, make } = await openScene()
  await bind()
  await expire()
  await shop.stop()
  await expect(go('/')).rejects.toThrow()
  await browser.page.waitForURL('chrome-error://chromewebdata/')
  expect(await browser.next('refreshEventDetails')).toMatchObject({ refreshResult: 'Unreachable' })
  await shop.start(make())
  expect(await go('/')).toEqual(ada)
  expect(await browser.next('refreshEventDetails')).toMatchObject({ refreshResult: 'Refreshed' })
})

test('a key roll: challenges and bound cookies of the old key are good, and those of the new', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'secrets-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'session')
  const [old, fresh] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('hex'))
  await writeFile(path, `${old}\n`, { mode: 0o600 })
  let ahead = 0
  const secret = rollingSecret(path, { signAfter: '5m', clock: () => Date.now() + ahead })
  const { browser, shop, go, bind, expire } = await openScene({ secret })
  await bind()
  await writeFile(path, `${fresh}\n${old}\n`, { mode: 0o600 })
  await secret.reload()
  ahead += 10 * 60_000
  await secret.reload()
  expect(await go('/')).toEqual(ada)
  for (let refresh = 0; refresh < 2; refresh++) {
    await expire()
    expect(await go('/')).toEqual(ada)
    expect(await browser.next('refreshEventDetails')).toMatchObject({ refreshResult: 'Refreshed' })
  }
  expect(shop.calls).toEqual(['device/refresh 200', 'device/refresh 200'])
})

test('a rotation, by age and by cause, keeps the device binding', async () => {
  const { browser, go, bind, expire, refusals } = await openScene({
    config: { rotationInterval: '5m' },
  })
  await bind()
  const before = await browser.cookie('__Host-sid')
  await expire()
  expect(await go('/')).toEqual(ada)
  expect(await browser.cookie('__Host-sid.next')).toBeDefined()
  expect(await go('/')).toEqual(ada)
  await expire()
  expect(await go('/')).toEqual(ada)
  expect(await go('/rotate')).toEqual(ada)
  expect(await browser.cookie('__Host-sid')).not.toBe(before)
  await expire()
  expect(await go('/')).toEqual(ada)
  for (let refresh = 0; refresh < 3; refresh++)
    expect(await browser.next('refreshEventDetails')).toMatchObject({ refreshResult: 'Refreshed' })
  expect(refusals).toEqual([])
})

test('another login: the new device binding lives, the old one is dropped', async () => {
  const { browser, shop, go, bind, expire } = await openScene()
  await bind()
  await go('/login')
  expect(await browser.next('creationEventDetails')).toMatchObject({ fetchResult: 'Success' })
  await expire()
  expect(await go('/')).toEqual(ada)
  expect(await browser.next('terminationEventDetails')).toEqual({
    deletionReason: 'RefreshFatalError',
  })
  expect(shop.calls.sort()).toEqual(['device 200', 'device/refresh 200', 'device/refresh 404'])
})

test('a bound cookie of before, brought back by a late response: deleted, and refreshed', async () => {
  const { browser, shop, go, bind, refusals } = await openScene()
  await bind()
  const [before] = (await browser.context.cookies()).filter(({ name }) => name === boundName)
  await bind() // the same user logs in again
  if (before) await browser.context.addCookies([before])
  expect(await go('/')).toMatchObject({ ended: 'unbound' })
  expect(refusals.at(-1)).toBe('forged')
  expect(await go('/')).toEqual(ada)
  expect(shop.calls).toContain('device/refresh 200')
})

test('twenty requests of a page at once: one refresh, and none is logged out', async () => {
  const { browser, shop, go, bind, expire } = await openScene()
  await bind()
  await go('/')
  await expire()
  const seen = await browser.page.evaluate(() =>
    Promise.all(Array.from({ length: 20 }, async () => (await fetch('/')).json())),
  )
  expect(seen).toEqual(Array(20).fill(ada))
  expect(shop.calls).toEqual(['device/refresh 200'])
})

test('a refresh whose response is lost: the page is sent again, and opens', async () => {
  const { browser, shop, refusals, go, bind, expire } = await openScene()
  await bind()
  await go('/')
  await expire()
  shop.lost = 3 // Chromium itself repeats a request over a new connection
  await browser.page.goto(`${shop.url}/`)
  await browser.page.getByText('ada').waitFor()
  expect(await seenOn(browser)).toEqual(ada)
  expect([shop.lost, refusals]).toEqual([0, []])
})

test('a WebSocket and an EventSource wait for the refresh too', async () => {
  const { browser, shop, refusals, go, bind, expire } = await openScene()
  await bind()
  await go('/')
  for (const source of ["new WebSocket('wss://' + location.host)", "new EventSource('/')"]) {
    await expire()
    // The shop answers with a page, so that both fail: what counts is that they were sent after the refresh.
    await browser.page.evaluate(`new Promise((done) => { ${source}.onerror = done })`)
  }
  expect(shop.calls).toEqual(['device/refresh 200', 'device/refresh 200'])
  expect(refusals).toEqual([])
})

test('a link on another site or a sibling: the browser sends it again by itself, with its proof', async () => {
  const { browser, shop, refusals, go, bind, expire } = await openScene()
  await bind()
  const { page } = browser
  for (const foreign of shop.foreignUrls) {
    await page.goto(foreign)
    await expire()
    await page.evaluate(`location.assign("${shop.url}/orders?page=2#last")`)
    await page.waitForURL(`${shop.url}/orders?page=2`)
    await page.getByText('ada').waitFor()
    expect(await seenOn(browser)).toEqual(ada)
    expect(shop.calls.splice(0)).toEqual(['device/refresh 200'])
    await page.goBack()
    expect(page.url()).toBe(`${foreign}/`)
  }
  expect(await go('/')).toEqual(ada)
  expect(refusals).toEqual([])
})

test('a used up quota: the browser says so, and the session opens as skipped for a while', async () => {
  const { browser, go, bind, expire, pass } = await openScene({ browser: { hasQuota: true } })
  await bind()
  for (let refresh = 0; refresh < 5; refresh++) {
    await expire()
    expect(await go('/')).toEqual(ada)
    expect(await browser.next('refreshEventDetails')).toMatchObject({ refreshResult: 'Refreshed' })
  }
  await expire()
  expect(await go('/')).toEqual({ userId: 'ada', binding: 'skipped' })
  expect(await browser.next('refreshEventDetails')).toMatchObject({
    refreshResult: 'SigningQuotaExceeded',
  })
  pass(10 * 60_000)
  expect(await go('/')).toMatchObject({ ended: 'unbound' })
})

test('a browser that does not take part is logged in as ever', async () => {
  const { browser, shop, go, expire } = await openScene({ browser: { takesPart: false } })
  expect(await go('/login')).toEqual({ userId: 'ada', binding: 'none' })
  await expire()
  expect(await go('/')).toEqual({ userId: 'ada', binding: 'none' })
  expect(shop.calls).toEqual([])
  expect(await seenOn(browser)).toEqual({ userId: 'ada', binding: 'none' })
})
