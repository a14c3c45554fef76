/** What happens to users whose browser does all it should, while responses are late and clocks are wrong. */
import { controlledBackend } from '@sojourn/conformance/testing'
import { keyedStore } from '@sojourn/core/store'
import { memoryStore } from '@sojourn/store-memory'
import { expect, test } from 'vitest'
import { createBrowser, createWorld, minute } from './world.ts'

test('a refresh that is answered late, after another login, refuses its user once', async () => {
  const { manager, pass } = createWorld({ store: memoryStore() })
  const browser = createBrowser(manager)
  await browser.bind()
  pass(6 * minute)
  const late = await browser.copy().refresh(browser.device.prove(browser.challenge))
  await browser.bind() // the same user logs in again, and is bound anew
  expect(await browser.visit()).toMatchObject({ userId: 'ada', binding: 'bound' })
  browser.jar.take(late.setCookies)
  expect(await browser.visit()).toMatchObject({ ended: 'unbound' })
  expect(browser.jar.header).not.toContain('.bound')
  expect(await browser.refresh()).toMatchObject({ status: 200 }) // what browsers do once the cookie is gone
  expect(await browser.visit()).toMatchObject({ userId: 'ada', binding: 'bound' })
})

test('a clock that was set back lets the browser keep a cookie that has run out: it is told to refresh', async () => {
  const { manager, pass } = createWorld({ store: memoryStore() })
  const browser = createBrowser(manager)
  await browser.bind()
  pass(9 * minute)
  expect(await browser.visit()).toMatchObject({ ended: 'unbound' })
  expect(browser.jar.header).not.toContain('.bound')
  await browser.refresh()
  expect(await browser.visit()).toMatchObject({ userId: 'ada', binding: 'bound' })
})

test.each([1.5, 2, 60])(
  'a clock that was set back by %d minutes costs one more request, and no key',
  async (minutes) => {
    const { manager, pass } = createWorld({ store: memoryStore() })
    const browser = createBrowser(manager)
    await browser.bind()
    pass(minute)
    await browser.refresh()
    pass(-minutes * minute)
    for (let round = 0; round < 3; round++) {
      pass(50)
      const { status } = await browser.refresh()
      if (status !== 200) expect([round, status]).toEqual([0, 403])
      pass(50)
      if (status === 403) expect((await browser.refresh()).status).toBe(200)
      expect(await browser.visit()).toMatchObject({ userId: 'ada', binding: 'bound' })
    }
  },
)

test('two keys that were registered at once leave no cookie that is void', async () => {
  const { manager } = createWorld({ store: memoryStore(), device: { policy: 'event' } })
  const browser = createBrowser(manager)
  await browser.visit((session) => session.login('ada'))
  const other = browser.copy()
  const late = await other.register()
  await browser.visit((session) => session.rotate()) // with an offer, before the first key is confirmed
  await browser.register()
  browser.jar.take(late.setCookies)
  expect(await browser.visit()).toMatchObject({ userId: 'ada', binding: 'pending' })
  expect(browser.jar.header).not.toContain('.bound')
  await browser.refresh()
  expect(await browser.visit()).toMatchObject({ userId: 'ada', binding: 'bound' })
})

test('a refresh costs a look-up and a write, and the requests between them nothing', async () => {
  const { backend, takeCalls } = controlledBackend()
  const { manager, pass } = createWorld({ store: keyedStore(backend) })
  const [bound, plain] = [createBrowser(manager), createBrowser(manager)]
  await bound.bind()
  await plain.visit((session) => session.login('eve'))
  takeCalls()
  const calls = { bound: [] as string[], plain: [] as string[] }
  for (let minutes = 0; minutes < 60; minutes++) {
    pass(minute)
    if (minutes % 6 === 5) await bound.refresh()
    await bound.visit()
    calls.bound.push(...takeCalls())
    await plain.visit()
    calls.plain.push(...takeCalls())
  }
  const writesOf = (all: string[]) => all.filter((call) => call !== 'find').length
  expect(writesOf(calls.bound) - writesOf(calls.plain)).toBe(10)
  expect(calls.bound.length - calls.plain.length).toBe(20)
})
