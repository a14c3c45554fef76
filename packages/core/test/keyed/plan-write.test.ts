import { expect, test } from 'vitest'
import type { ConfigOptions } from '../../src/options/options.ts'
import { browser, managerOver, mapBackend, visit } from '../support.ts'

test('merge decides a key that two requests changed', async () => {
  const merge: ConfigOptions['merge'] = (_key, { base, mine, theirs }) =>
    Number(mine) + Number(theirs) - Number(base)
  const { manager } = managerOver(mapBackend(), { merge })
  const visitor = browser()
  await visit(manager, visitor, (session) => {
    session.data['n'] = 10
  })
  const [one, two] = [visitor.carrier(), visitor.carrier()]
  const sessions = [await manager.load(one), await manager.load(two)]
  for (const [index, session] of sessions.entries()) session.data['n'] = 11 + index
  for (const [index, session] of sessions.entries())
    await manager.commit(session, [one, two][index] ?? one)
  await visit(manager, visitor, (session) => expect(session.data['n']).toBe(13))
})
