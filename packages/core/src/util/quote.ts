/**
 * Returns an untrusted value in a form that is safe in an error message or a log: at most 100 characters, one line,
 * ASCII only, so that it can neither forge a second log line nor control a terminal. An object is only named as such,
 * because its `toString` may be missing or throw.
 */
export function quote(value: unknown): string {
  if (typeof value === 'string') return `'${escapeNonAscii(value.slice(0, maxLength))}'`
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function'
    ? 'a function'
    : escapeNonAscii(String(value).slice(0, maxLength))
}

const maxLength = 100

function escapeNonAscii(text: string): string {
  return text.replace(
    /[^\x20-\x7e]|['\\]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
