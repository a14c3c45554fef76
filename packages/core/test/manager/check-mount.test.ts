import { describe, expect, test } from 'vitest'
import { checkMount } from '../../src/binding.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import { testManager } from '../support.ts'

interface Options {
  as?: string
  isSecure?: () => boolean
}

const form = {
  call: 'app.use(sessions(manager))',
  known: { as: true, isSecure: true },
} as const

/** Returns the message of the refusal; the code must be the one for wrong options. */
function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    expect(error).toMatchObject({ name: 'SessionUsageError', code: 'ERR_CONFIG_INVALID' })
    return (error as Error).message
  }
  return 'nothing was refused'
}

describe('in place of a manager', () => {
  test.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /given no manager\. Make one/],
    ['null', null, /given no manager/],
    ['a store', () => ({}), /a function in place of a manager\. If it is a store/],
    ['createSessionManager itself', createSessionManager, /a function/],
    ['a promise of one', Promise.resolve({}), /a promise in place of a manager\. Await it/],
    ['its options', { store: () => ({}) }, /options in place of a manager\. Make a manager/],
    ['a name', 'session', /'session' in place of a manager/],
    ['a backend', { find() {} }, /an object in place of a manager/],
    [
      'a request of Node',
      { headers: {} },
      /given a request, so it was mounted without being called/,
    ],
    ['a request of Fetch', new Request('http://a.example'), /mounted without being called/],
    ['a context', { req: {} }, /mounted without being called/],
    ['an instance of Fastify', { decorateRequest() {} }, /mounted without being called/],
  ])('%s is refused, and the message ends with the right call', (_name, value, message) => {
    const said = refusal(() => checkMount<Options>(value, {}, form))
    expect(said).toMatch(message)
    expect(said).toMatch(/app\.use\(sessions\(manager\)\)\.$/)
  })
})

describe('the options of a mount', () => {
  const { manager } = testManager()
  test.each<[unknown, RegExp]>([
    [{ name: 'x' }, /no option name\. Write as/],
    [{ key: 'x' }, /no option key\. Write as/],
    [{ secret: 'x' }, /no option secret\. Give it to the manager/],
    [{ cookieName: 'x' }, /no option cookieName\. Give it to the manager/],
    [{ resave: false }, /no option resave\. Give it to the manager/],
    [{ issecure: () => true }, /Write isSecure/],
    [{ as: '' }, /as is ''/],
    [{ as: 7 }, /as is 7/],
    [{ as: null }, /as is null/],
    [null, /null as its options/],
    [() => undefined, /function as its options/],
  ])('%o are refused', (options, message) => {
    expect(refusal(() => checkMount(manager, options as Options, form))).toMatch(message)
  })

  test('are returned if all are known', () => {
    const options = { as: 'mine', isSecure: () => true }
    expect(checkMount<Options>(manager, options, form)).toBe(options)
    expect(checkMount<Options>(manager, { as: undefined } as never, form)).toEqual({})
  })
})
