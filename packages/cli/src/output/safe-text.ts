import { stripVTControlCharacters } from 'node:util'

/** What moves the cursor, hides text or turns its direction: control and format characters, and lone surrogates. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/**
 * Returns a text that cannot drive the terminal: without escape sequences, each further control character replaced by U+FFFD,
 * a tab and a line feed too. The name of a client and a key in Redis are chosen by others.
 */
export function safeText(text: string): string {
  return stripVTControlCharacters(text).replace(unsafe, '\ufffd')
}

/** Returns JSON in which such characters are escaped, so that it is safe to look at and means the same. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(unsafe, (found) =>
    found === '\n' ? found : escapeUnits(found),
  )
}

/** Characters beyond U+FFFF take two escapes in JSON. */
function escapeUnits(text: string): string {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text.charCodeAt(at).toString(16).padStart(4, '0')
    return `\\u${unit}`
  }).join('')
}
