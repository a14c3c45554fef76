import { expect, test } from 'vitest'
import { checkManagers, createRequestSessions } from '../../src/binding.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { createTestCarrier } from '../../src/testing.ts'
import { testManager } from '../support.ts'

const named = (as: string, options: Partial<SessionOptions> = {}) => ({
  manager: testManager(options).manager,
  as,
})
const invalid = (message: string) =>
  expect.objectContaining({
    code: 'ERR_CONFIG_INVALID',
    message: expect.stringContaining(message),
  })

test.each<[string, Partial<SessionOptions>, Partial<SessionOptions>]>([
  ['cookie sid', {}, {}],
  ['cookie sid', { path: '/a' }, { path: '/b' }], // the Cookie header of one request does not tell them apart
  ['cookie sid', { tokenIn: ['bearer', 'cookie'] }, {}],
  [
    'header session-token',
    { tokenIn: 'bearer' },
    { tokenIn: ['cookie', 'bearer'], cookieName: 'b' },
  ],
  ['header x-token', { tokenIn: { header: 'X-Token' } }, { tokenIn: { header: 'x-token' } }],
  ['header session-token', { tokenIn: 'bearer' }, { tokenIn: { header: 'Session-Token' } }],
])('two managers with the %s are refused, by both names', (place, one, other) => {
  const managers = [named('session', one), named('adminSession', other)]
  expect(() => checkManagers(managers)).toThrow(
    invalid(`session and adminSession, use the ${place}`),
  )
})

test('a cookie that continues a long token of another manager is refused', () => {
  const long = {
    manager: { cookieNames: ['sid', 'sid.1', 'sid.2'], tokenIn: ['cookie'] },
    as: 'a',
  } as const
  const other = (name: string) =>
    ({ manager: { cookieNames: [name], tokenIn: ['cookie'] }, as: 'b' }) as const
  expect(() => checkManagers([other('sid.2'), long])).toThrow(invalid('cookie sid.2'))
  expect(() => checkManagers([other('sid.3'), long])).not.toThrow()
})

test('two managers with one path of device bindings are refused: the first would answer for both', () => {
  const at = (name: string, ...devicePaths: string[]) =>
    ({ manager: { cookieNames: [name], tokenIn: ['cookie'], devicePaths }, as: name }) as const
  const shared = at('b', '/b', '/device')
  expect(() => checkManagers([at('a', '/device', '/device/refresh'), shared])).toThrow(
    invalid('a and b, use the path /device in one request, so one would answer browsers'),
  )
  expect(() => checkManagers([at('a', '/a'), shared])).not.toThrow()
})

test('two managers under one name are refused, however different their cookies are', () => {
  const managers = [named('session'), named('session', { cookieName: 'b' })]
  expect(() => checkManagers(managers)).toThrow(invalid('use the name session'))
})

test('the same cookie name is no matter if one of them sends no cookies', () => {
  expect(() => checkManagers([named('a'), named('b', { tokenIn: 'bearer' })])).not.toThrow()
})

test('one manager may be mounted several times', () => {
  const { manager } = testManager()
  expect(() =>
    checkManagers([{ manager, as: 'a' }, { manager, as: 'b' }, { manager }]),
  ).not.toThrow()
})

test('the sessions of a request refuse a second manager with the same cookie, each time', async () => {
  const sessions = createRequestSessions()
  const carrier = createTestCarrier()
  const { manager } = testManager()
  const session = await sessions.load(manager, carrier)
  const other = testManager()
  for (let time = 0; time < 2; time++)
    await expect(sessions.load(other.manager, carrier)).rejects.toThrow(invalid('cookie sid'))
  expect(await sessions.load(manager, carrier)).toBe(session)
  expect(other.calls).toEqual([])
})
