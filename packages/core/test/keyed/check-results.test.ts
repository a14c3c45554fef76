import { describe, expect, test } from 'vitest'
import {
  checkFound,
  checkInserted,
  checkListed,
  checkRemoved,
  checkRemovedGroup,
  checkReplaced,
  checkTouched,
  contractError,
} from '../../src/keyed/check-results.ts'
import type { Row } from '../../src/store/backend.ts'
import { signedIn, visit } from '../support.ts'

describe('a store in trouble while writing', () => {
  test('names the clause that was broken', async () => {
    const { visitor, intercept } = await signedIn()
    intercept('replace', async () => 'OK' as never)
    const changing = visit(visitor, (session) => {
      session.data['n'] = 2
    })
    await expect(changing).rejects.toMatchObject({
      detail: expect.stringMatching(/broke its contract in 'replace'.*clause.*conformance/),
    })
  })
})

const row: Row = {
  version: 'v',
  priorVersions: [],
  touchedAt: 1,
  expiresAt: 2,
  value: new Uint8Array(),
}
const half = { version: 'v', priorVersions: [] }
const listed = { ...row, id: 'group.handle' }
const conflict = { conflict: row }

/** What each check takes, what it refuses, and the clause that it then names. */
const checks: [string, (result: never) => string | undefined, unknown[], unknown[], RegExp][] = [
  ['find', checkFound, [null, row, { ended: 'logout', at: 1 }], ['row', 1, {}, half], /clause 4/],
  [
    'insert',
    checkInserted,
    [
      { inserted: true, evicted: [] },
      { inserted: false, why: 'taken' },
      { inserted: false, why: 'limit' },
    ],
    [null, 'OK', true, { inserted: true }, { inserted: false }, { inserted: false, why: 'full' }],
    /clauses 1 and 2/,
  ],
  [
    'replace',
    checkReplaced,
    ['replaced', 'gone', conflict],
    [null, 'OK', 1, true, {}, { conflict: half }, { conflict: null }],
    /clauses 1 and 2/,
  ],
  [
    'touch',
    checkTouched,
    ['touched', 'gone', 'conflict'],
    [null, 'OK', 1, true, conflict],
    /clauses 1 and 2/,
  ],
  ['remove', checkRemoved, [null, row], ['row', 1, true, half, { ended: 'logout' }], /clause 3/],
  ['list', checkListed, [[], [listed]], [null, 0, [row], [{ ...half, id: 'a' }]], /clause 5/],
  ['removeGroup', checkRemovedGroup, [[], ['g.a']], [null, 7, 'g.a', [1], [null]], /clause 1/],
]

describe.each(checks)('the result of %s', (_operation, check, right, wrong, clause) => {
  test('is taken as the contract has it', () => {
    for (const result of right)
      expect(check(result as never), JSON.stringify(result)).toBeUndefined()
  })

  test('is refused where it is anything else, and the clause is named', () => {
    for (const result of [undefined, ...wrong])
      expect(check(result as never), JSON.stringify(result)).toMatch(clause)
  })
})

test('a broken contract is an error of the store, whatever the breach', () => {
  expect(contractError('find', 'it said so')).toMatchObject({
    code: 'ERR_STORE_CONTRACT',
    detail: expect.stringMatching(/^The backend broke its contract in 'find': it said so\. /),
  })
})
