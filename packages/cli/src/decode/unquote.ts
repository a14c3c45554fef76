const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  a: '\u0007',
  b: '\b',
}

/** Returns the bytes of a value as redis-cli prints it, `"r\x42{\x8d…"`; `undefined` for anything else. */
export function unquote(input: Buffer): Buffer | undefined {
  const [, quoted] = /^\s*"(.*)"\s*$/s.exec(input.toString('latin1')) ?? []
  if (quoted === undefined) return undefined
  const text = quoted.replace(
    /\\(?:x([0-9a-f]{2})|(.))/gis,
    (_, hex: string | undefined, letter = '') =>
      hex === undefined
        ? (escapes[letter] ?? letter)
        : String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(text, 'latin1')
}
