/**
 * A value that a stranger may have sent, fit for a message that somebody will log: short, on one line, in ASCII, so that
 * it forges no second line and steers no terminal. Of an object it says only that it is one: it may have no text at all.
 */
export function quote(value: unknown): string {
  if (typeof value === 'string') return `'${inAscii(value.slice(0, longest))}'`
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' ? 'a function' : inAscii(String(value).slice(0, longest))
}

const longest = 100

function inAscii(text: string): string {
  return text.replace(
    /[^\x20-\x7e]|['\\]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
