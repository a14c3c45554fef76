import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createOutput, type OutputOptions } from '../../src/output/output.ts'
import { layOut } from '../../src/output/table.ts'

function printed(
  print: (output: ReturnType<typeof createOutput>) => void,
  options: OutputOptions = { color: true },
  terminal: { isTTY?: boolean; columns?: number } = {},
): string {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  const colours = terminal.isTTY ? { getColorDepth: () => 8 } : {}
  print(createOutput(Object.assign(stream, terminal, colours), options))
  return chunks.join('')
}

const plain = (text: string) => text

test('cells that do not fit are wrapped, also where there is no space', () => {
  const text = layOut(
    {
      rows: [
        ['short', 'a'.repeat(60)],
        ['x', 'one two three'],
      ],
    },
    30,
    plain,
  )
  expect(text.split('\n')).toEqual([
    `short  ${'a'.repeat(23)}`,
    `       ${'a'.repeat(23)}`,
    `       ${'a'.repeat(14)}`,
    'x      one two three',
  ])
})

test('the widest columns give way, and wide characters count as two', () => {
  const rows = [['李'.repeat(30), 'b'.repeat(30), 'c']]
  const lines = layOut({ head: ['first', 'second', 'n'], rows, right: [2] }, 40, plain).split('\n')
  expect(lines[0]).toMatch(/^first +second +n$/)
  expect(Math.max(...lines.map((line) => line.replace(/李/g, 'xx').length))).toBeLessThanOrEqual(40)
  expect(lines.join('').match(/李/g)).toHaveLength(30)
})

test('what comes from Redis has no effect in a table and in a line', () => {
  const hostile = '\u001b[2Jkey\r\nok'
  const output = printed(({ line, table, raw, block }) => {
    table({ rows: [[hostile]] })
    line({ text: hostile, style: 'wrong' })
    raw(hostile)
    block(`{\n${hostile.replace('\n', '')}\n}`)
  })
  const safe = 'key\ufffd\ufffdok'
  expect(output).toBe(`${safe}\n${safe}\n${safe}\n{\nkey\ufffdok\n}\n`)
})

test('colours are for terminals, and not with --no-color', () => {
  const print = (output: ReturnType<typeof createOutput>) =>
    output.line({ text: 'bad', style: 'wrong' })
  const terminal = { isTTY: true, columns: 80 }
  expect(printed(print, { color: true }, terminal)).toBe('\u001b[31mbad\u001b[39m\n')
  expect(printed(print, { color: false }, terminal)).toBe('bad\n')
  expect(printed(print, { color: true })).toBe('bad\n')
})

test('lines are as wide as the terminal, and 80 columns in a pipe', () => {
  const print = (output: ReturnType<typeof createOutput>) => output.line('word '.repeat(40).trim())
  const widest = (text: string) => Math.max(...text.split('\n').map((line) => line.length))
  expect(widest(printed(print))).toBe(79)
  expect(widest(printed(print, { color: true }, { columns: 50 }))).toBe(49)
})
