import { describe, expect, test } from 'vitest'
import { unquote } from '../../src/decode/unquote.ts'
import { columns } from '../../src/output/columns.ts'
import { idsLast, splitArguments } from '../../src/sessions/split-arguments.ts'

const id = 'BTFcAKkULdtcHdrs.2yNCxWPV3AU5ezn2lRWMBA'
const withHyphen = `-${id.slice(1)}`
const url = 'redis://127.0.0.1:6379'

describe('the id of a session among the arguments', () => {
  test('may begin with a hyphen, and is no option', () => {
    expect(idsLast(['show', withHyphen, url, '--json'])).toEqual([
      'show',
      url,
      '--json',
      '--',
      withHyphen,
    ])
    expect(idsLast(['show', id, url])).toEqual(['show', id, url])
    expect(idsLast(['show', '--json', '--', withHyphen])).toEqual([
      'show',
      '--json',
      '--',
      withHyphen,
    ])
  })

  test('is found before the URLs and behind them', () => {
    for (const args of [
      [id, url],
      [url, id],
    ])
      expect(splitArguments(args)).toEqual({ id, urls: [url] })
    expect(splitArguments([url, url])).toEqual({ id: undefined, urls: [url, url] })
    expect(() => splitArguments([id, 'localhost:6379'])).toThrow(/Several ids/)
  })
})

test('a cell takes the columns that it has, whatever is in it', () => {
  const line = columns([6, 4, 0])
  expect(line(['ada', 'b', 'the last, however long'])).toBe('ada     b     the last, however long')
  expect(line(['abcdefgh', 'xy', ''])).toBe('abcde…  xy')
  expect(line(['世界世界', 'ab', 'c'])).toBe('世界…   ab    c')
  expect(line(['a\u001b[2Jb', '\u0007', 'c'])).toBe('ab      \ufffd     c')
})

test('what redis-cli quotes is read as bytes', () => {
  expect(unquote(Buffer.from('"r\\x00\\xff\\n\\r\\t\\a\\b\\\\\\"é"\n', 'latin1'))).toEqual(
    Buffer.from('r\x00\xff\n\r\t\x07\b\\"é', 'latin1'),
  )
  expect(unquote(Buffer.from('no quotes'))).toBeUndefined()
})
