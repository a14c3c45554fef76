import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkSizes, codeLines } from '../check-sizes.ts'
import { folder } from './folder.ts'

const statements = (count: number) => 'export {}\n'.repeat(count)
const sizes = (count: number) => checkSizes(folder({ 'packages/a/src/a.ts': statements(count) }))

test('120 code lines pass in silence', () => {
  expect(sizes(120)).toEqual({ long: [], tooLong: [] })
})

test('121 are worth a thought, 221 are too many', () => {
  expect(sizes(121)).toMatchObject({ long: [{ line: 1 }], tooLong: [] })
  expect(sizes(220)).toMatchObject({ long: [{ line: 1 }], tooLong: [] })
  expect(sizes(221)).toMatchObject({ long: [], tooLong: [{ line: 1 }] })
})

test('comments and blank lines are not code; every line of a template is', () => {
  const source =
    '/** A\n * b */\n// c\n\nexport const a = `\n\n` // d\n/* e */ export const f = 1\n'
  expect(codeLines(join(folder({ 'a.ts': source }), 'a.ts'))).toBe(4)
})
