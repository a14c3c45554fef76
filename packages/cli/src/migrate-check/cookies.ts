import type { ForeignCookies } from '@sojourn/core/store'
import { readLines } from '../sessions/read-keys.ts'

/**
 * Returns the cookies of each line of a file: a `Cookie` header, several cookies, or the value alone of the cookie that has the first
 * of the names.
 * @throws Failure with the status `usage` if the file cannot be read.
 */
export function readCookies(file: string, names: readonly string[]): ForeignCookies[] {
  return readLines(file, '--cookies').map((line) => cookiesOf(line, names))
}

function cookiesOf(line: string, names: readonly string[]): ForeignCookies {
  const pairs = line
    .replace(/^\s*cookie:/i, '')
    .split(';')
    .map((pair) => /^\s*([^=\s]+)=(.*?)\s*$/.exec(pair))
    .filter((pair) => pair !== null)
  const [only = ''] = names
  const found = new Map<string, string[]>()
  for (const [, name = '', value = ''] of pairs)
    if (names.includes(name)) found.set(name, [...(found.get(name) ?? []), value])
  return pairs.length > 0 && (found.size > 0 || line.includes(';') || /^\s*cookie:/i.test(line))
    ? found
    : new Map([[only, [line.trim()]]])
}
