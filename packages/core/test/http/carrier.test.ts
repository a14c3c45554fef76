import { describe, expect, test } from 'vitest'
import { createCarrier, requestCarrier } from '../../src/http/carrier.ts'

describe('createCarrier', () => {
  test('calls isSent on each access of sent', () => {
    const head = { isSent: false }
    const carrier = createCarrier({
      secure: true,
      header: () => undefined,
      get: () => undefined,
      set: () => undefined,
      append: () => undefined,
      isSent: () => head.isSent,
    })
    expect(carrier.sent).toBe(false)
    head.isSent = true
    expect(carrier.sent).toBe(true)
  })

  test('returns the same object, whose methods keep their `this`', () => {
    const parts = {
      lines: ['a'],
      secure: false,
      header: (name: string) => `value of ${name}`,
      get: () => undefined,
      set: () => undefined,
      append(_name: string, value: string) {
        this.lines.push(value)
      },
      isSent() {
        return this.lines.length > 1
      },
    }
    const carrier = createCarrier(parts)
    expect(carrier).toBe(parts)
    expect([carrier.header('host'), carrier.sent]).toEqual(['value of host', false])
    carrier.append('Set-Cookie', 'b')
    expect([carrier.lines, carrier.sent]).toEqual([['a', 'b'], true])
  })
})

describe('requestCarrier', () => {
  test('reads the headers of Node, with lines joined by commas, those of cookies by semicolons', () => {
    const { header, secure } = requestCarrier({
      cookie: ['a=1', 'b=2'],
      authorization: 'Bearer t',
      'x-token': ['one', 'two'],
      get: 'a header of this name',
      absent: undefined,
    })
    expect(secure).toBe(true)
    expect(header('cookie')).toBe('a=1; b=2')
    expect(header('authorization')).toBe('Bearer t')
    expect(header('x-token')).toBe('one, two')
    expect(header('get')).toBe('a header of this name')
    expect([header('absent'), header('other')]).toEqual([undefined, undefined])
  })

  test('reads the headers of Fetch', () => {
    const { header } = requestCarrier(new Headers({ cookie: 'a=1', 'X-Token': '' }))
    expect(header('cookie')).toBe('a=1')
    expect(header('x-token')).toBe('')
    expect(header('authorization')).toBeUndefined()
  })
})
