import {
  type BareItem,
  parseItem,
  parseList,
  serializeItem,
  serializeList,
  Token,
} from 'structured-headers'

// The header fields of the protocol are structured fields (RFC 9651). Chromium 156 sends some strings without quotes, which is
// not what the draft says, so both are read.

/** The fields that requests have, in lower case. */
export const requestFields = {
  proof: 'secure-session-response',
  id: 'sec-secure-session-id',
  skipped: 'secure-session-skipped',
} as const

/** The fields that responses have. */
export const responseFields = {
  registration: 'Secure-Session-Registration',
  challenge: 'Secure-Session-Challenge',
} as const

const bareText = /^[\w.-]+$/
const maxListLength = 2048
const skipReasons: readonly unknown[] = ['quota_exceeded', 'unreachable', 'server_error']

/**
 * Returns the text of a field that holds one string, quoted or bare; `undefined` for anything else, and for a field of more
 * than `maxLength` characters, which is not parsed.
 */
export function readText(field: string | undefined, maxLength: number): string | undefined {
  if (field === undefined || field.length > maxLength) return undefined
  if (bareText.test(field)) return field
  return textOf(parsed(() => parseItem(field))?.[0])
}

/**
 * Returns true if the browser says in `Secure-Session-Skipped` that it has not refreshed the device binding `id`, or any if that is
 * `undefined`, for a reason that the draft names. The field is a list, with one member for each device binding of the site.
 */
export function isSkipped(field: string | undefined, id: string | undefined): boolean {
  if (field === undefined || field.length > maxListLength) return false
  const members = parsed(() => parseList(field)) ?? []
  return members.some(([reason, parameters]) => {
    const named = textOf(parameters.get('session_identifier'))
    return skipReasons.includes(textOf(reason)) && (id === undefined || named === id)
  })
}

/** Returns the value of `Secure-Session-Registration`, which asks a browser to make a key and to register it at `path`. */
export function registrationField(offer: {
  readonly algorithms: readonly string[]
  readonly path: string
  readonly challenge: string
}): string {
  const { algorithms, path, challenge } = offer
  const tokens = algorithms.map(
    (name) => [new Token(name), new Map()] as [Token, Map<string, BareItem>],
  )
  return serializeList([[tokens, new Map(Object.entries({ path, challenge }))]])
}

/** Returns the value of `Secure-Session-Challenge`, for the next proof of the device binding `id`. */
export function challengeField(challenge: string, id: string): string {
  return serializeItem(challenge, new Map([['id', id]]))
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof Token ? value.toString() : undefined
}

/** The parser throws for whatever is not a structured field, and has several classes of errors for it. */
function parsed<Value>(parse: () => Value): Value | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}
