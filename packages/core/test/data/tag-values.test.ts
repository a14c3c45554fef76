import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { testManager, visit } from '../support.ts'

test('G-01: names of members of Object are kept as any other, and __proto__ nowhere', async () => {
  const { manager } = testManager()
  const visitor = createVisitor(manager)
  const names = { constructor: 1, prototype: { x: 1 }, hasOwnProperty: 2, toString: 3 }
  await visitor.request((session) => {
    Object.assign(session.data, names)
    session.flash.add('__proto__', { polluted: true })
  })
  await visitor.request((session) =>
    session.login('user-1', { carry: ['constructor', '__proto__'] }),
  )
  await visitor.request((session) => expect(session.data).toEqual({ constructor: 1 }))
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})

describe('data', () => {
  test.each([
    [
      '__proto__ by assignment',
      (data: object) => Reflect.set(data, '__proto__', { isAdmin: true }),
    ],
    [
      '__proto__ by definition',
      (data: object) =>
        Object.defineProperty(data, '__proto__', { value: { isAdmin: true }, enumerable: true }),
    ],
  ])('with %s is refused and pollutes nothing', async (_title, poison) => {
    const { manager } = testManager()
    const visiting = visit(createVisitor(manager), (session) => void poison(session.data))
    await expect(visiting).rejects.toMatchObject({ code: 'ERR_SESSION_NOT_ENCODABLE' })
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })
})
