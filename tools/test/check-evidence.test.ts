import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { checkEvidence, findEvidence } from '../check-evidence.ts'
import { filesBelow } from '../files.ts'
import { folder } from './folder.ts'

const root = join(import.meta.dirname, '../..')
const evidence = await findEvidence(root)
const pages = [join(root, 'README.md'), ...filesBelow(join(root, 'docs'), '.md')]

/** Returns the messages for a page with this text. */
function check(text: string, known = evidence): string[] {
  return checkEvidence(join(folder({ 'a.md': text }), 'a.md'), known).map(
    ({ line, message }) => `${line} ${message}`,
  )
}

test.each(pages.map((page) => relative(root, page)))('%s names proofs that exist', (page) => {
  expect(checkEvidence(join(root, page), evidence)).toEqual([])
})

test('a case, a test file and a title that do not exist are found, with their lines', () => {
  const absent = `is proved by ${'nothing'}` // not as a whole, or this file would be its proof
  const text = `# A

P1.1, P1.99 and I-99; \`keyed/open.test.ts\`, \`keyed/none.test.ts\`.

| attack | proved by |
|---|---|
| says "what it likes" | P99.1–P99.2; "is like none of 100,000 others", "${absent}" |
`
  expect(check(text)).toEqual([
    '3 No case is named P1.99',
    '3 No case is named I-99',
    '3 There is no test file keyed/none.test.ts',
    '7 No case is named P99.1',
    '7 No case is named P99.2',
    `7 No test is named "${absent}"`,
  ])
})

test('a range stands for the cases in between', () => {
  const known = { ...evidence, ids: new Set(['P1.9', 'P1.12', 'B6.1', 'B6.2']) } // the kit's own grow
  expect(check('P1.9–P1.12, B6.1 to B6.3', known)).toEqual([
    '1 No case is named P1.10',
    '1 No case is named P1.11',
    '1 No case is named B6.3',
  ])
})

test('a file is named by its path, below the tests of core or of its package, or alone', () => {
  const named = [
    'packages/core/test/keyed/open.test.ts',
    'keyed/open.test.ts',
    'express/passport.test.ts',
    'cookie/tokens.test.ts',
    'thief.model.test.ts',
  ]
  expect(check(named.map((name) => `\`${name}\``).join(' '))).toEqual([])
  expect(check('`store-redis/open.test.ts`')).toHaveLength(1)
})
