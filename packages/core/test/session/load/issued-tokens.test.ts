import { randomBytes } from 'node:crypto'
import { createVisitor, type Visitor } from '@sojourn/conformance/testing'
import { expect, test } from 'vitest'
import type { SessionOptions } from '../../../src/options/options.ts'
import { testBackend, testManager } from '../../support.ts'

const secretKey = randomBytes(32)

/** A manager, the cookie of a session that it keeps, and what it warns of. */
async function application(options: Partial<SessionOptions> = {}, over = testBackend()) {
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const { manager } = testManager({ secretKey, warn, ...options }, over)
  const visitor = createVisitor(manager)
  await visitor.request((session) => session.login('ann'))
  return { manager, visitor, warnings }
}

/** Returns what a manager warns of when a visitor of another one comes. */
async function warningsOf(
  { manager, warnings }: Awaited<ReturnType<typeof application>>,
  visitor: Visitor,
): Promise<string[]> {
  await visitor.at(manager).read()
  await visitor.at(manager).read()
  return warnings
}

test.each<[string, Partial<SessionOptions>]>([
  ['another store', {}],
  ['another secret', { secretKey: randomBytes(32) }],
])('the token of a manager with one cookieName and %s is warned of once', async (_, options) => {
  const { visitor } = await application()
  const other = await application(options)
  expect(await warningsOf(other, visitor)).toEqual([
    expect.stringMatching(/two use one cookie, sid,.*cookieName of its own/),
  ])
})

test('the token of a manager with the same store and secret opens there, without a warning', async () => {
  const backend = testBackend()
  const { visitor } = await application({}, backend)
  expect(await warningsOf(await application({}, backend), visitor)).toEqual([])
})

test('an own token whose session is forgotten is not warned of', async () => {
  const backend = testBackend()
  const own = await application({}, backend)
  backend.rows.clear()
  expect(await warningsOf(own, own.visitor)).toEqual([])
})

test('in production nothing is remembered or said', async () => {
  const { visitor } = await application({ development: false })
  expect(await warningsOf(await application(), visitor)).toEqual([])
})
