import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schema, statements } from '../statements.ts'

// The page shows the statements that the tests run on SQLite and PostgreSQL, all of them and no others.

const page = join(import.meta.dirname, '../../../docs/how-to/write-a-store.md')
const blocks = Array.from(
  readFileSync(page, 'utf8').matchAll(/```sql\n(.*?)```/gs),
  ([, sql = '']) => sql,
)
const inOneLine = (sql: string) => sql.replace(/\s+/g, ' ').trim()

test('the page shows the table', () => {
  expect(blocks[0]?.trim()).toBe(schema)
})

test('the page shows each statement', () => {
  const shown = blocks
    .slice(1)
    .flatMap((block) => block.split(/^-- /m).slice(1))
    .map((text) => /^(\w+)\n(.*)$/s.exec(text) ?? [])
    .map(([, name = '', sql = '']) => [name, inOneLine(sql)])
  const run = Object.entries(statements).map(([name, sql]) => [name, inOneLine(sql)])
  expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(run))
})
