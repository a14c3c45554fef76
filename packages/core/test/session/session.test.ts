import { inspect } from 'node:util'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { testManager, visit } from '../support.ts'

describe('a session shows', () => {
  test('no token in its JSON, its inspection or its errors', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    const secret = visitor.cookie?.split('.')[2] ?? ''
    expect(secret).toHaveLength(32)
    await visitor.request((session) => {
      const shown = JSON.stringify(session) + inspect(session, { depth: 9, showHidden: true })
      expect(shown).toContain(session.id)
      expect(shown).not.toContain(secret)
    })
  })

  test('its ages and limits', async () => {
    const { manager, clock } = testManager({ maxAge: '30m', absoluteTimeout: '8h' })
    const visitor = createVisitor(manager)
    const { session } = await visit(visitor, (session) =>
      session.login('user-1', { client: { browser: 'Firefox' } }),
    )
    expect(session.info).toEqual({
      id: session.id,
      userId: 'user-1',
      createdAt: clock.now,
      lastSeenAt: clock.now,
      rotatedAt: clock.now,
      authenticatedAt: clock.now,
      expiresAt: clock.now + 31 * 60_000,
      absoluteExpiresAt: clock.now + 8 * 3_600_000,
      client: { browser: 'Firefox' },
    })
  })
})
