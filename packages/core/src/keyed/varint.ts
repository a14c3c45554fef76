/**
 * Numbers and texts as few bytes, one behind the other:
 *
 * - A number is its distance from a base, plus one, in groups of seven bits, the lowest first; a set eighth bit says that
 *   another follows. Zero says that the number lies below its base or is no integer: then it follows as a double.
 * - A text is a number, its length times three plus its spelling, and that many bytes. A hash, a salt or a tag is
 *   base64url and stands as the bytes that it spells; UTF-16 keeps what has no UTF-8, half a surrogate pair.
 *
 * Whatever is written comes back the same.
 */
export interface Writer {
  number(value: number, base?: number): void
  text(value: string): void
  /** All that was written. */
  bytes(): Buffer
}

/** Reads what a `Writer` wrote, in the same order. Throws where the bytes end too early. */
export interface Reader {
  number(base?: number): number
  text(): string
  /** How many bytes were read. */
  offset(): number
}

/** Begins with nothing. */
export function createWriter(): Writer {
  const parts: Uint8Array[] = []
  const natural = (value: number) => void parts.push(groupsOf(value))
  return {
    number(value, base = 0) {
      const distance = value - base
      if (distance >= 0 && Number.isSafeInteger(distance) && Object.is(base + distance, value))
        return natural(distance + 1)
      const double = Buffer.allocUnsafe(8)
      double.writeDoubleBE(value)
      parts.push(Uint8Array.of(0), double)
    },
    text(value) {
      const spelling = spellings.find(({ keeps }) => keeps(value)) ?? utf16
      const bytes = Buffer.from(value, spelling.name)
      natural(bytes.length * spellings.length + spellings.indexOf(spelling))
      parts.push(bytes)
    },
    bytes: () => Buffer.concat(parts),
  }
}

/** Begins at the first of the bytes. */
export function createReader(bytes: Buffer): Reader {
  let offset = 0

  function take(length: number): Buffer {
    const end = offset + length
    if (end > bytes.length) throw tooShort()
    const taken = bytes.subarray(offset, end)
    offset = end
    return taken
  }

  function natural(): number {
    let value = 0
    for (let unit = 1; unit <= 2 ** 49; unit *= 128) {
      const group = bytes[offset++]
      if (group === undefined) throw tooShort()
      value += (group % 128) * unit
      if (group < 128) return value
    }
    throw new RangeError('A number is longer than any that is written')
  }

  return {
    number(base = 0) {
      const next = natural()
      return next === 0 ? take(8).readDoubleBE() : base + next - 1
    },
    text() {
      const head = natural()
      const { name } = spellings[head % spellings.length] ?? utf16
      return take(Math.floor(head / spellings.length)).toString(name)
    },
    offset: () => offset,
  }
}

function tooShort(): RangeError {
  return new RangeError('The bytes end too early')
}

interface Spelling {
  readonly name: BufferEncoding
  keeps(text: string): boolean
}

const base64url: Spelling = {
  name: 'base64url',
  keeps: (text) =>
    /^[\w-]{2,}$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text,
}
const utf8: Spelling = { name: 'utf8', keeps: (text) => text.isWellFormed() }
const utf16: Spelling = { name: 'utf16le', keeps: () => true }

/** The first that keeps a text spells it. */
const spellings = [base64url, utf8, utf16]

function groupsOf(value: number): Buffer {
  const groups: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) groups.push((rest % 128) + 128)
  return Buffer.of(...groups, rest)
}
