// Two tabs of Chromium on a server, whose clocks the test moves: nothing here waits for real time to pass.
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { serve } from './app.ts'

const minute = 60_000

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? 'chromium',
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
})
afterAll(() => browser.close())

/** A user who is logged in, with tabs whose clocks are 29 years behind that of the server. */
async function open(path = '/page', tabs = 1) {
  const served = await serve()
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  await context.clock.install({ time: new Date('2001-01-01') })
  await context.clock.pauseAt(new Date('2001-01-01T01:00:00'))
  const pages: Page[] = []
  for (let n = 0; n < tabs; n++)
    pages.push(await openTab(context, served.url(n === 0 ? '/login' : path)))
  const [page, other = page] = pages
  if (!page || !other) throw new Error('no tab')
  if (path !== '/page') await page.goto(served.url(path))
  /** Lets time pass for the server and in all tabs, step by step, so that requests of the tabs come in time. */
  async function pass(ms: number, stepMs = minute / 2) {
    for (let left = ms; left > 0; left -= stepMs) {
      const step = Math.min(left, stepMs)
      served.clock.now += step
      await context.clock.runFor(step) // of all its pages
      for (const each of pages) await settled(each)
    }
  }
  return { ...served, context, page, other, pass }
}

const faults: string[] = []

async function openTab(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  page.on('pageerror', (error) => faults.push(String(error)))
  await page.goto(url)
  return page
}

/** Waits until a tab has its responses and messages: those that it had asked for come before that of this request. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    await fetch('/timer.js', { cache: 'no-store' })
      .then((response) => response.text())
      .catch(() => undefined)
    await new Promise((done) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = done
      port2.postMessage(0)
    })
  })

const callsOf = (page: Page): Promise<string[]> => page.evaluate(() => Reflect.get(window, 'calls'))
const remainingMs = (page: Page): Promise<number> =>
  page.evaluate(() => Reflect.get(window, 'timer').remainingMs)
const stay = (page: Page): Promise<number> =>
  page.evaluate(() => Reflect.get(window, 'timer').stay())

describe('a page under a strict policy', () => {
  test('warns two minutes before the end, and says when the session is over', async () => {
    const { page, pass, manager, context } = await open()
    faults.length = 0
    expect(await remainingMs(page)).toBe(11 * minute)
    await pass(9 * minute - 1000)
    expect(await callsOf(page)).toEqual([])
    await pass(1000)
    expect(await callsOf(page)).toEqual(['warning'])
    await pass(2 * minute)
    expect(await callsOf(page)).toEqual(['warning', 'end expired'])
    const ticks: number[] = await page.evaluate(() => Reflect.get(window, 'ticks'))
    expect(ticks.slice(0, 3)).toEqual([120_000, 119_000, 118_000])
    expect([ticks.length, ticks.at(-1)]).toEqual([120, 1000])
    const [cookie] = await context.cookies()
    const { userId } = await manager.read({ cookie: `${cookie?.name}=${cookie?.value}` })
    expect(userId).toBeUndefined()
    expect(faults).toEqual([])
  })

  test('polls without prolonging the session', async () => {
    const { page, pass, manager, context } = await open()
    for (let n = 0; n < 21; n++) {
      await page.evaluate(() => fetch('/session'))
      await pass(minute / 2)
    }
    const [cookie] = await context.cookies()
    const { info } = await manager.read({ cookie: `${cookie?.name}=${cookie?.value}` })
    expect(info?.remainingMs).toBe(minute / 2)
    await pass(minute / 2)
    expect(await callsOf(page)).toEqual(['warning', 'end expired'])
  })

  test('asks the server how long is left, if nobody has told it', async () => {
    const { page, pass } = await open('/asks')
    await settled(page)
    expect(await remainingMs(page)).toBe(11 * minute)
    await pass(9 * minute)
    expect(await callsOf(page)).toEqual(['warning'])
  })
})

describe('two tabs', () => {
  test('both hear that the user stays in one of them, and the session lasts', async () => {
    const { page, other, pass } = await open('/page', 2)
    await pass(9 * minute + 10_000)
    expect(await callsOf(page)).toEqual(['warning'])
    expect(await callsOf(other)).toEqual(['warning'])
    expect(await stay(other)).toBe(11 * minute)
    await expect.poll(() => callsOf(page)).toEqual(['warning', 'stay'])
    expect(await callsOf(other)).toEqual(['warning', 'stay'])
    expect(await remainingMs(page)).toBe(11 * minute)
    await pass(8 * minute)
    expect(await callsOf(page)).toEqual(['warning', 'stay'])
  })

  test('one hears that the user has logged out in the other', async () => {
    const { page, other, url } = await open('/page', 2)
    await other.goto(url('/bye'))
    await expect.poll(() => callsOf(page)).toEqual(['end ended'])
  })

  test('one is not warned while the user is active in the other', async () => {
    const { page, other, pass, url } = await open('/page', 2)
    await pass(5 * minute)
    await other.goto(url('/page'))
    await expect.poll(() => remainingMs(page)).toBe(11 * minute)
    await pass(5 * minute)
    expect(await callsOf(page)).toEqual([])
  })

  test('nor if the other runs no timer: the page asks the server first', async () => {
    const { page, other, pass, url } = await open('/page', 2)
    await other.goto(url('/plain'))
    await pass(5 * minute)
    await other.goto(url('/plain'))
    await pass(5 * minute)
    expect(await callsOf(page)).toEqual([])
    expect(await remainingMs(page)).toBe(6 * minute)
  })
})

describe('a page that was away', () => {
  /** The machine sleeps: the time of day goes on, the timers and `performance.now()` do not. */
  async function sleep({ page, clock }: Awaited<ReturnType<typeof open>>, ms: number) {
    clock.now += ms
    const now = await page.evaluate(() => Date.now())
    await page.clock.setSystemTime(now + ms)
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await settled(page)
  }

  test('says when it is shown again that the session has ended', async () => {
    const opened = await open()
    await sleep(opened, 60 * minute)
    await expect.poll(() => callsOf(opened.page)).toEqual(['end expired'])
  })

  test('warns when it is shown again', async () => {
    const opened = await open()
    await sleep(opened, 10 * minute)
    await expect.poll(() => callsOf(opened.page)).toEqual(['warning'])
    expect(await remainingMs(opened.page)).toBe(minute)
  })

  test('hears that the session was ended on another device', async () => {
    const opened = await open()
    for (const { id } of await opened.manager.sessions('ann')) await opened.manager.revoke(id)
    await sleep(opened, minute)
    await expect.poll(() => callsOf(opened.page)).toEqual(['end ended'])
    expect(await remainingMs(opened.page)).toBe(0)
  })

  test('asks the server when the back/forward cache has given it back', async () => {
    const { page, pass, url, manager } = await open()
    await pass(15_000)
    await page.evaluate(() => Reflect.set(window, 'isKept', true))
    await page.goto(url('/plain'))
    for (const { id } of await manager.sessions('ann')) await manager.revoke(id)
    await page.goBack({ waitUntil: 'commit' })
    expect(await page.evaluate(() => Reflect.get(window, 'isKept'))).toBe(true) // no new load
    await expect.poll(() => callsOf(page)).toEqual(['end ended'])
  })

  test('counts right though the time of day is set back', async () => {
    const { page, pass } = await open('/page?data=-')
    await pass(9 * minute)
    await page.clock.setSystemTime(new Date('2000-01-01'))
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    expect(await remainingMs(page)).toBe(2 * minute)
  })
})

describe('a server that cannot be reached', () => {
  test('ends no session before its time, and keeps it from being prolonged', async () => {
    const { page, pass } = await open()
    await page.route('**/session', (route) => route.abort())
    await pass(10 * minute)
    await expect.poll(() => callsOf(page)).toEqual(['warning'])
    await expect(stay(page)).rejects.toThrow('fetch')
    await page.unroute('**/session')
    expect(await stay(page)).toBe(11 * minute)
    expect(await callsOf(page)).toEqual(['warning', 'stay'])
  })

  test('or that never responds, neither silences the warning nor hides the end', async () => {
    const { page, pass } = await open()
    await page.route('**/session', () => undefined)
    await pass(9 * minute + 10_000)
    expect(await callsOf(page)).toEqual(['warning'])
    const staying = expect(stay(page)).rejects.toThrow('did not respond')
    await pass(minute)
    await staying
    await pass(minute)
    expect(await callsOf(page)).toEqual(['warning', 'end expired'])
    expect(await remainingMs(page)).toBe(0)
  })
})

describe('what other pages of the origin send', () => {
  const send = (page: Page, message: unknown) =>
    page.evaluate((data) => {
      const channel = new BroadcastChannel('sojourn')
      channel.postMessage(data)
      channel.close()
    }, message)

  test('counts only if it is a message of a timer', async () => {
    const { page, other, pass, url } = await open('/page', 2)
    await other.goto(url('/plain'))
    faults.length = 0
    const before = await remainingMs(page)
    for (const data of [null, 'end', 7, {}, { end: 'x' }, { end: undefined, ms: 1, at: 0 }])
      await send(other, data)
    for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, '1', null])
      await send(other, { ms, at: 0 })
    await send(other, { ms: 1000, at: Number.NaN })
    await settled(page)
    expect([await remainingMs(page), await callsOf(page), faults]).toEqual([before, [], []])
    await pass(11 * minute)
    expect(await callsOf(page)).toEqual(['warning', 'end expired'])
  })

  test('makes the session no longer than they say, also if the time of day was set back since', async () => {
    const { page, other, url } = await open('/page', 2)
    await other.goto(url('/plain'))
    const at = await page.evaluate(() => Date.now() + 3_600_000)
    await send(other, { ms: 5 * minute, at })
    await expect.poll(() => remainingMs(page)).toBe(5 * minute)
  })
})

describe.each([
  ['that has no BroadcastChannel', 'delete window.BroadcastChannel'],
  [
    'that forbids it, as Firefox without storage',
    "window.BroadcastChannel = class { constructor() { throw new DOMException('', 'SecurityError') } }",
  ],
])('a browser %s', (_what, change) => {
  test('warns all the same, also after it was hidden', async () => {
    const { page, pass, context, url } = await open()
    await context.addInitScript(change)
    await page.goto(url('/page'))
    faults.length = 0
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await pass(9 * minute)
    expect(await stay(page)).toBe(11 * minute)
    await pass(11 * minute)
    expect(await callsOf(page)).toEqual(['warning', 'stay', 'warning', 'end expired'])
    expect(faults).toEqual([])
  })
})

test('a session at its absolute limit cannot be prolonged: stay() says how long is left', async () => {
  const { page, pass } = await open()
  for (let n = 0; n < 8; n++) {
    await pass(7 * minute)
    await stay(page)
  }
  await pass(3 * minute)
  expect(await callsOf(page)).toEqual(['warning'])
  expect(await stay(page)).toBe(minute)
  expect(await callsOf(page)).toEqual(['warning'])
})
