import type { SessionInfo } from '@sojourn/core'
import stringWidth from 'fast-string-width'
import { expect, test } from 'vitest'
import { sessionLines } from '../../src/sessions/session-line.ts'

const now = Date.UTC(2030, 0, 1)
const session = {
  id: `${'g'.repeat(16)}.${'h'.repeat(22)}`,
  userId: 'a user with a name of 34 characters',
  lastSeenAt: now - 5_000,
  client: { browser: 'Firefox', os: 'a system with a name that is long' },
} as unknown as SessionInfo

/** The head and the lines of the session at a width. */
function at(width: number): readonly string[] {
  const { head, lines } = sessionLines(width)
  return [...head, ...lines(session, now)]
}

test.each([200, 80, 75, 74, 67, 41, 40, 39, 20, 8, 1])(
  'at %i columns no line is wider',
  (width) => {
    for (const line of at(width)) expect(stringWidth(line)).toBeLessThanOrEqual(width)
  },
)

test.each([200, 80, 75])('at %i columns a session is one line', (width) => {
  const lines = at(width)
  expect(lines).toHaveLength(2)
  expect(lines[1]).toMatch(/^g{16}\.h{22} {2}a user with a n… {2}5 s {5}Firefox/)
})

test('at 74 columns and fewer the id has a line of its own, and is whole', () => {
  expect(at(40)).toEqual([
    'id',
    '  user              seen    client',
    session.id,
    '  a user with a n…  5 s     Firefox on …',
  ])
  expect(at(74)).toHaveLength(4)
  expect(at(20).slice(1, 4)).toEqual([
    '  user             …',
    session.id.slice(0, 20),
    session.id.slice(20),
  ])
})
