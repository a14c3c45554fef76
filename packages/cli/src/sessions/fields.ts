import type { StoredSession } from '@sojourn/core'
import { usageFailure } from '../failure.ts'
import { plainData } from './data-text.ts'
import type { Data } from './open-sessions.ts'

/** Fields by which sessions can be counted and filtered, beside those of `client` and `data`. */
const plainFields = ['id', 'userId', 'actorId'] as const

/** Returns a field of a session as a text, to count and compare by; `undefined` if the session has none. */
export type FieldText = (session: StoredSession<Data>) => string | undefined

/**
 * Returns a function that reads a field: `userId`, `client.browser`, `data.cart.currency`.
 * @throws Failure with the status `usage` for a field that no session has.
 */
export function fieldText(path: string): FieldText {
  const [first = '', ...rest] = path.split('.')
  const isPlain = plainFields.some((name) => name === path)
  if (!isPlain && !((first === 'client' || first === 'data') && rest.length > 0))
    throw usageFailure(
      `${path} is no field of a session.`,
      `Give ${plainFields.join(', ')}, client.NAME or data.NAME, such as client.browser.`,
    )
  return (session) => {
    // The data is a getter of the prototype, and is decoded when it is read.
    const fields: object = first === 'data' ? { data: session.data } : session
    return textOf(path.split('.').reduce<unknown>(ownProperty, fields))
  }
}

function ownProperty(holder: unknown, key: string): unknown {
  return Object.hasOwn(Object(holder), key) ? Object(holder)[key] : undefined
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? JSON.stringify(plainData(value)) : String(value)
}
