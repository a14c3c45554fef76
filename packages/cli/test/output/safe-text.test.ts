import { expect, test } from 'vitest'
import { safeJson, safeText } from '../../src/output/safe-text.ts'

test.each([
  ['a colour', '\u001b[31mred\u001b[0m', 'red'],
  ['a title of the window', '\u001b]0;pwned\u0007x', 'x'],
  ['a sequence of a C1 control', 'a\u009b2Jb', 'ab'],
  ['a C1 control', 'a\u0085b', 'a\ufffdb'],
  ['a carriage return', 'good\rbad', 'good\ufffdbad'],
  ['a line feed', 'one\ntwo', 'one\ufffdtwo'],
  ['a text that runs backwards', 'a\u202eb', 'a\ufffdb'],
  ['invisible characters', 'a\u200bb\u2060', 'a\ufffdb\ufffd'],
  ['half a character', 'a\ud800', 'a\ufffd'],
  ['letters of all languages', 'Zoë 李 🙂', 'Zoë 李 🙂'],
])('%s cannot drive the terminal', (_, text, safe) => {
  expect(safeText(text)).toBe(safe)
})

test('JSON escapes them and means the same', () => {
  const value = { key: '\u001b[2J\u009b\u202e\u007f\u{e0041} 🙂', list: ['\n'] }
  const text = safeJson(value)
  expect(text).toMatch(/^[\n\u0020-\u007e🙂]*$/u)
  expect(JSON.parse(text)).toEqual(value)
})
