import { expect, test } from 'vitest'
import { checkWords } from '../check-words.ts'
import { folder } from './folder.ts'

const glossary = `| noun | is | verbs | never call it |
|---|---|---|---|
| SessionBackend | rows | \`find\` | \`adapter\` |
| Discard | a refusal | – | \`invalid session\` |
`
const words = (source: string) =>
  checkWords(folder({ 'docs/glossary.md': glossary, 'packages/a/src/a.ts': source }))

test('a forbidden word in an exported name is found, with its line', () => {
  const [problem, ...others] = words(`\nexport class RedisAdapter {}\n`)
  expect(problem).toMatchObject({ line: 2 })
  expect(problem?.message).toBe(
    'RedisAdapter says "adapter": rename it, docs/glossary.md has SessionBackend',
  )
  expect(others).toEqual([])
})

test('functions, constants, types and re-exports are looked at', () => {
  expect(words(`export function makeAdapter() {}`)).toHaveLength(1)
  expect(words(`export const adapter = 1, b = 2`)).toHaveLength(1)
  expect(words(`export type InvalidSession = 1`)).toHaveLength(1)
  expect(words(`export { x as adapter } from './x.ts'`)).toHaveLength(1)
})

test('words are whole, and what is not exported is free', () => {
  expect(words(`export const adapters = 1; const adapter = 2; export const find = 3`)).toEqual([])
})

test('a missing glossary, or one that forbids nothing, is a problem', () => {
  expect(checkWords(folder({}))).toMatchObject([{ message: expect.stringContaining('missing') }])
  expect(checkWords(folder({ 'docs/glossary.md': '| a |' }))).toHaveLength(1)
})
