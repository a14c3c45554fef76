import { describe, expect, test } from 'vitest'
import { createSessionProperty } from '../../src/binding.ts'
import type { Session } from '../../src/session/session.ts'
import { createTestCarrier } from '../../src/testing.ts'
import { testManager } from '../support.ts'

interface Request {
  loaded: Session<object> | undefined
  session?: unknown
}

const property = createSessionProperty<Request>('session', ({ loaded }) => loaded)
const invalid = (message: string) =>
  expect.objectContaining({
    code: 'ERR_CONFIG_INVALID',
    message: expect.stringContaining(message),
  })

async function request(more: object = {}): Promise<Request> {
  const loaded = await testManager().manager.load(createTestCarrier())
  return Object.assign({ loaded: loaded as Session<object> }, more)
}

async function mounted(): Promise<Request> {
  const mounted = await request()
  property.define(mounted)
  return mounted
}

describe('a session that is a property of a request', () => {
  test('is read as any other, and is seen by code that copies properties', async () => {
    const target = await mounted()
    expect(target.session).toBe(target.loaded)
    expect({ ...target }.session).toBe(target.loaded)
    expect('session' in target).toBe(true)
    property.check(target)
  })

  test.each([null, undefined, {}, false, 'x', { cookie: {} }])('takes no %o', async (value) => {
    const target = await mounted()
    expect(() => {
      target.session = value
    }).toThrow(invalid('await session.destroy()'))
    expect(target.session).toBe(target.loaded)
    property.check(target)
  })

  test('takes itself', async () => {
    const target = await mounted()
    target.session = target.loaded
    property.check(target)
  })

  test('is missed if it was deleted, or defined anew as cookie-session does', async () => {
    const deleted = await mounted()
    delete deleted.session
    expect(() => property.check(deleted)).toThrow(invalid('deleted or redefined'))
    const redefined = await mounted()
    Object.defineProperty(redefined, 'session', { configurable: true, get: () => ({ theirs: 1 }) })
    expect(() => property.check(redefined)).toThrow(invalid('another session library'))
    const inherited = Object.create(await request(), {}) as Request
    property.define(inherited)
    expect(Object.hasOwn(inherited, 'session')).toBe(true)
  })

  test('is not defined over what another library or manager has left there', async () => {
    const other = await request()
    for (const session of [{ cookie: {} }, other.loaded, 'x']) {
      const target = await request({ session })
      expect(() => property.define(target)).toThrow(invalid('under the name session'))
      expect(target.session).toBe(session)
    }
    for (const session of [null, undefined]) property.define(await request({ session }))
  })

  test('may be defined twice, by another copy of this package too', async () => {
    const target = await mounted()
    const again = createSessionProperty<Request>('session', ({ loaded }) => loaded)
    again.define(target)
    again.check(target)
    property.check(target)
  })
})
