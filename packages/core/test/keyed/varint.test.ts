import { expect, test } from 'vitest'
import { createReader, createWriter } from '../../src/keyed/varint.ts'

const t0 = Date.UTC(2030, 0, 1)

test('a number below its base, a fraction and a negative zero come back too', () => {
  for (const value of [t0 - 1, t0 + 0.1, -0, 0, Number.MAX_SAFE_INTEGER, 127, 128]) {
    const writer = createWriter()
    writer.number(value, t0)
    writer.number(value)
    const reader = createReader(writer.bytes())
    expect([reader.number(t0), reader.number()]).toStrictEqual([value, value])
  }
})
