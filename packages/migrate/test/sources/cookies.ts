import type { ForeignCookies } from '@sojourn/core/store'

/** Returns the cookies of a request to a client that has received these `Set-Cookie` lines; the last of a name counts. */
export function cookiesOf(lines: readonly string[]): ForeignCookies {
  return new Map(lines.map(pairOf).map(([name, value]) => [name, [value]]))
}

/** Returns a `Cookie` header for the same. */
export function headerOf(lines: readonly string[]): string {
  return [...new Map(lines.map(pairOf))].map(([name, value]) => `${name}=${value}`).join('; ')
}

function pairOf(line: string): readonly [string, string] {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  return [name, value]
}
