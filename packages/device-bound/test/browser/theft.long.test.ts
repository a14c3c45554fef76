/**
 * The theft: all cookies are copied at each moment of the life of a session, to another Chromium with the feature and to a bare
 * client, and tried until they open nothing. Times are of the server's clock.
 */
import { request } from 'node:https'
import { deferred } from '@sojourn/conformance/testing'
import type { Cookie } from 'playwright-core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { boundName } from '../world.ts'
import { hosts } from './certificate.ts'
import { launch } from './device-browser.ts'
import { lifetime, openScene, type Scene, type Seen, seenOn } from './scene.ts'

const minute = 60_000

/** Asks as curl would: with these cookies, and none of what a browser adds. */
function ask({ shop, certificate }: Scene, cookies: readonly Cookie[], path = '/'): Promise<Seen> {
  const { port } = new URL(shop.url)
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      servername: hosts.site,
      ca: certificate.cert,
      headers: { host: `${hosts.site}:${port}`, cookie },
    }
    request(options, async (response) => {
      const chunks: Buffer[] = await response.toArray()
      resolve(JSON.parse(Buffer.concat(chunks).toString()))
    })
      .once('error', reject)
      .end()
  })
}

/** How long stolen cookies open the session, in minutes of the server's clock, if the user does nothing meanwhile. */
async function minutesOpen(scene: Scene, stolen: readonly Cookie[]): Promise<number> {
  for (let passed = 0; passed < 60; passed++) {
    if ((await ask(scene, stolen)).userId === undefined) return passed
    scene.pass(minute)
  }
  return Number.POSITIVE_INFINITY
}

describe('all cookies, copied to a bare client', () => {
  test('after the registration: open for the lifetime of the bound cookie', async () => {
    const scene = await openScene()
    await scene.bind()
    expect(await minutesOpen(scene, await scene.browser.context.cookies())).toBe(lifetime / minute)
    expect(scene.refusals).toEqual(['expired'])
  })

  test('after a refresh: for the lifetime again', async () => {
    const scene = await openScene()
    await scene.bind()
    await scene.expire()
    await scene.go('/')
    expect(await minutesOpen(scene, await scene.browser.context.cookies())).toBe(lifetime / minute)
  })

  test('late in the life of a bound cookie: for what is left of it', async () => {
    const scene = await openScene()
    await scene.bind()
    scene.pass(lifetime - 2 * minute)
    expect(await minutesOpen(scene, await scene.browser.context.cookies())).toBe(2)
  })

  test('before the registration: until the browser is bound, and then nothing', async () => {
    const scene = await openScene()
    const { shop, browser, refusals } = scene
    const registration = deferred<void>()
    shop.hold = registration.promise
    expect(await scene.go('/login')).toMatchObject({ userId: 'ada' })
    const stolen = await browser.context.cookies()
    expect(stolen.map(({ name }) => name)).toEqual(['__Host-sid'])
    scene.pass(4 * minute)
    expect(await ask(scene, stolen)).toMatchObject({ userId: 'ada', binding: 'none' })
    registration.resolve()
    await browser.next('creationEventDetails')
    expect(await ask(scene, stolen)).toMatchObject({ userId: 'ada', binding: 'pending' })
    expect(await scene.go('/')).toMatchObject({ userId: 'ada', binding: 'bound' })
    expect(await ask(scene, stolen)).toMatchObject({ ended: 'unbound' })
    expect(refusals).toEqual(['missing'])
  })

  test('when the bound cookie has run out: nothing at all', async () => {
    const scene = await openScene()
    await scene.bind()
    await scene.expire()
    const stolen = await scene.browser.context.cookies()
    expect(await ask(scene, stolen)).toMatchObject({ ended: 'unbound' })
    expect(await scene.go('/')).toMatchObject({ userId: 'ada', binding: 'bound' })
    expect(await ask(scene, stolen)).toMatchObject({ ended: 'unbound' })
  })

  test('before a logout: nothing after it', async () => {
    const scene = await openScene()
    await scene.bind()
    const stolen = await scene.browser.context.cookies()
    await scene.go('/logout')
    expect((await ask(scene, stolen)).userId).toBeUndefined()
  })

  test('before a rotation: the lifetime, whoever takes the new token', async () => {
    const scene = await openScene({ config: { rotationInterval: '5m' } })
    await scene.bind()
    const stolen = await scene.browser.context.cookies()
    scene.pass(6 * minute)
    expect(await ask(scene, stolen)).toMatchObject({ userId: 'ada' })
    scene.pass(2 * minute)
    expect(await ask(scene, stolen)).toMatchObject({ ended: 'unbound' })
  })
})

test('all cookies, copied to a Chromium that has the feature: it has no key, and nothing after the lifetime', async () => {
  const scene = await openScene()
  await scene.bind()
  const thief = await launch({ certificate: scene.certificate.cert })
  onTestFinished(() => thief.close())
  await thief.context.addCookies(await scene.browser.context.cookies())
  const open = async () => {
    await thief.page.goto(`${scene.shop.url}/`)
    return seenOn(thief)
  }
  expect(await open()).toMatchObject({ userId: 'ada', binding: 'bound' })
  expect(thief.pending()).toEqual([])
  scene.pass(lifetime)
  expect(await open()).toMatchObject({ ended: 'unbound' })
  await thief.expire(boundName)
  expect(await open()).toMatchObject({ ended: 'unbound' })
  await scene.expire()
  expect(await scene.go('/')).toMatchObject({ userId: 'ada', binding: 'bound' })
  expect(scene.refusals).toEqual(['expired', 'missing'])
})
