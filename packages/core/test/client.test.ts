import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { clientOf } from '../src/client.ts'
import type { ClientInfo } from '../src/record/record.ts'
import { testManager } from './support.ts'

const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0'
const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
const android = 'Mozilla/5.0 (Linux; Android 10; K)'

/** Returns the label of a User-Agent, and of client hints. */
const labelOf = (userAgent: string, hints: Record<string, string> = {}) =>
  clientOf({ 'user-agent': userAgent, ...hints })

describe('a label names the family of the browser and the platform:', () => {
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox', 'Linux'],
    [`${windows} ${chrome} Safari/537.36`, 'Chrome', 'Windows'],
    [`${windows} ${chrome} Safari/537.36 Edg/142.0.0.0`, 'Edge', 'Windows'],
    [`${windows} ${chrome} Safari/537.36 OPR/127.0.0.0`, 'Opera', 'Windows'],
    [`${android} ${chrome} Mobile Safari/537.36`, 'Chrome', 'Android'],
    [
      `${android} AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36`,
      'Samsung Internet',
      'Android',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
      'Safari',
      'macOS',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
      'Safari',
      'iPhone',
    ],
    [
      'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1',
      'Chrome',
      'iPad',
    ],
    [
      'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/142.0.0.0',
      'Chrome',
      'Chrome OS',
    ],
  ])('%s', async (userAgent, browser, platform) => {
    const label = { name: `${browser} on ${platform}`, browser, platform }
    expect(await labelOf(userAgent)).toEqual(label)
    expect(await clientOf(new Headers({ 'user-agent': userAgent }))).toEqual(label)
  })
})

describe('client hints', () => {
  test('name a browser that looks like another one, and the platform of a page as for a desktop', async () => {
    const desktop = `Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36`
    expect(
      await labelOf(desktop, {
        'sec-ch-ua': '"Chromium";v="142", "Brave";v="142", "Not_A Brand";v="99"',
        'sec-ch-ua-mobile': '?1',
        'sec-ch-ua-platform': '"Android"',
      }),
    ).toEqual({ name: 'Brave on Android', browser: 'Brave', platform: 'Android' })
  })

  test('that no browser sends change nothing', async () => {
    const hints = {
      'sec-ch-ua': `${'"'.repeat(999)};v=<b>`,
      'sec-ch-ua-platform': '"<script>"',
    }
    expect(await labelOf(`${windows} ${chrome} Safari/537.36`, hints)).toEqual({
      name: 'Chrome on Windows',
      browser: 'Chrome',
      platform: 'Windows',
    })
  })
})

describe('whatever a client sends, the names are those of a closed list:', () => {
  const long = (unit: string) => unit.repeat(2 ** 21 / unit.length)
  test.each([
    ['curl', 'curl/8.5.0'],
    ['markup', '<script>alert(1)</script> x/1.0 (y)'],
    ['control characters', 'x\r\nSet-Cookie: a=b\u001b[31m/1 (\u202e)'],
    ['nothing', ''],
    ['2 MiB of slashes', long('a/')],
    ['2 MiB of spaces', long(' ')],
    ['2 MiB of brackets', `x/${long('(')}`],
    ['2 MiB of versions', long('version/1.1.')],
    ['2 MiB of digits', long('1.')],
    ['names of objects', '__proto__/1.0 (constructor)'],
  ])('%s', async (_, userAgent) => {
    const before = performance.now()
    expect(await labelOf(userAgent)).toEqual({ name: 'Unknown device' })
    expect(performance.now() - before).toBeLessThan(500) // a pattern that backtracks takes minutes
  })

  test('a request without a User-Agent', async () => {
    expect(await clientOf({})).toEqual({ name: 'Unknown device' })
    expect(await clientOf(new Headers())).toEqual({ name: 'Unknown device' })
    expect(await clientOf({ 'sec-ch-ua-platform': '"Windows"' })).toEqual({
      name: 'Windows',
      platform: 'Windows',
    })
  })
})

test('an address is in the label only if it is asked for, and is one', async () => {
  const addressOf = async (address: string | undefined) =>
    (await clientOf({}, { address }))['address']
  expect(await addressOf(undefined)).toBeUndefined()
  for (const address of ['203.0.113.7', '2001:db8::7'])
    expect(await addressOf(address)).toBe(address)
  for (const zone of ['eth0', 'z'.repeat(600), '<b>']) // some versions of Node take all of them for an address
    expect(await addressOf(`fe80::7%${zone}`)).toBe('fe80::7')
  for (const address of ['', '203.0.113.7, 10.0.0.1', '<b>', '999.1.1.1'])
    expect(await addressOf(address)).toBeUndefined()
  await expect(clientOf({}, { ip: '203.0.113.7' } as object)).rejects.toThrow(
    'clientOf() has no option ip. Its options are address',
  )
})

test('a login takes the label, and refuses one that was not awaited', async () => {
  const { manager } = testManager()
  const headers = { 'user-agent': `${windows} ${chrome} Safari/537.36` }
  const ann = createVisitor(manager)
  const logIn = (client: ClientInfo) => ann.request((session) => session.login('ann', { client }))
  await expect(logIn(Object(clientOf(headers)))).rejects.toThrow('Await it first')
  await logIn(await clientOf(headers))
  const [device] = await manager.sessions('ann')
  expect(device?.client).toEqual(await clientOf(headers))
})
