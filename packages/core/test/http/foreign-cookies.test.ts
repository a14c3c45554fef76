import { createTestCarrier } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { createForeignCookies } from '../../src/http/foreign-cookies.ts'

const names = ['old', 'old.sig', '__Secure-old']
const reader = createForeignCookies({ names, deletedWith: { path: '/shop' } }, ['sid'])
const read = (cookie?: string) => reader.read(createTestCarrier({ cookie }))

describe('foreign cookies', () => {
  test('are read by their names, with all values, as sent', () => {
    expect(read('old=a%3A; sid=x; old.sig=b; old=c')).toEqual(
      new Map([
        ['old', ['a%3A', 'c']],
        ['old.sig', ['b']],
      ]),
    )
  })

  test.each([
    ['no cookie at all', undefined],
    ['cookies with other names only', 'sid=old; older=1; xold=2'],
    ['a value named like one', 'sid=old'],
    ['more values than are tried', 'old=1; old=2; old=3; old=4; old=5'],
    ['a header that is too long', `old=1; x=${'y'.repeat(17_000)}`],
  ])('are none in %s', (_title, cookie) => {
    expect(read(cookie)).toBeUndefined()
  })

  test('are deleted where the client has them, in their scope, and once per response', () => {
    const carrier = createTestCarrier({ cookie: 'old=1; __Secure-old=2' })
    reader.clear(carrier)
    const lines = [
      'old=; Path=/shop; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      '__Secure-old=; Path=/shop; HttpOnly; Secure; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ]
    expect(carrier.setCookies).toEqual(lines)
    reader.clear(carrier)
    expect(carrier.setCookies).toEqual(carrier.withdraw ? lines : [...lines, ...lines])
  })

  test('of a partitioned jar are deleted there', () => {
    const carrier = createTestCarrier({ cookie: 'old=1' })
    const deletedWith = { domain: 'example.com', partitioned: true }
    createForeignCookies({ names, deletedWith }, []).clear(carrier)
    expect(carrier.setCookies[0]).toContain(
      'Domain=example.com; HttpOnly; Secure; SameSite=Lax; Partitioned; Max-Age=0',
    )
  })

  test('are kept without a scope', () => {
    const carrier = createTestCarrier({ cookie: 'old=1' })
    createForeignCookies({ names, deletedWith: undefined }, []).clear(carrier)
    expect(carrier.setCookies).toEqual([])
  })

  test('are refused under a name that the session has', () => {
    expect(() => createForeignCookies({ names, deletedWith: {} }, ['sid', 'old.sig'])).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIG_INVALID',
        message: expect.stringMatching(/cookie old\.sig, and so has this manager/),
      }),
    )
  })
})
