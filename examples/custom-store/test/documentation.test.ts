import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { schema, statements } from '../statements.ts'

// The page shows the statements that the tests run on SQLite and PostgreSQL, all of them and no others, and the complete code.

const page = join(import.meta.dirname, '../../../docs/how-to/write-a-store.md')
const text = readFileSync(page, 'utf8')
const blocks = Array.from(text.matchAll(/```sql\n(.*?)```/gs), ([, sql = '']) => sql)
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

test.each(['rows.ts', 'sqlite-backend.ts', 'kit.ts'])('the page shows %s', (file) => {
  const [, shown] = text.split(`### \`${file}\`\n\n\`\`\`typescript\n`)
  expect(shown?.split('```')[0]).toBe(readFileSync(join(import.meta.dirname, '..', file), 'utf8'))
})
