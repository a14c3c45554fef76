import { equal } from 'node:assert/strict'

/** The cookies that a browser keeps for one site, by name. */
export interface Jar {
  /** The next Cookie header, `name=value; …`; `undefined` if the jar is empty. */
  header: string | undefined
  /** Sets and deletes cookies as the Set-Cookie lines of one response say. */
  take(lines: readonly string[]): void
}

/** Returns a jar with the cookies of a Cookie header. */
export function createJar(header?: string): Jar {
  const cookies = new Map<string, string>()
  const fill = (text = '') => {
    for (const pair of text.split('; ')) if (pair !== '') cookies.set(nameOf(pair), pair)
  }
  fill(header)
  return {
    get header() {
      return cookies.size > 0 ? [...cookies.values()].join('; ') : undefined
    },
    set header(text) {
      cookies.clear()
      fill(text)
    },
    take(lines) {
      const names = new Set(lines.map(nameOf))
      equal(lines.length, names.size, 'a response carries at most one cookie of a name')
      for (const line of lines) {
        if (/; Max-Age=0\b/.test(line)) cookies.delete(nameOf(line))
        else cookies.set(nameOf(line), line.split(';', 1).join())
      }
    },
  }
}

/** Returns the cookie's name in a Set-Cookie line or in one pair of a Cookie header. */
export function nameOf(line: string): string {
  return line.slice(0, line.indexOf('='))
}
